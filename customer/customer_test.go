package customer_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/internal/contract"
	"github.com/voucherify-go/voucherify/metadata"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", customer.MaxIDLength)
	for _, tt := range []struct {
		name string
		c    *customer.Customer
		want string
	}{
		{"no customer at all", nil, ""},
		{"a customer that nothing is known about", &customer.Customer{}, ""},
		{"an id of the longest length", customer.ByID(long), ""},
		{"an id that is a byte too long", customer.ByID(long + "x"), "invalid_payload id"},
		{"a source_id of the longest length", customer.BySourceID(long), ""},
		{"a source_id that is a byte too long", customer.BySourceID(long + "x"), "invalid_payload source_id"},
		{"the length counts bytes, not letters", customer.BySourceID(strings.Repeat("ż", 128)), "invalid_payload source_id"},
		{"a birthdate", &customer.Customer{Birthdate: "1990-12-31"}, ""},
		{"the leap day of a leap year", &customer.Customer{Birthdate: "2000-02-29"}, ""},
		{"the leap day of another year", &customer.Customer{Birthdate: "1900-02-29"}, "invalid_payload birthdate"},
		{"a month that does not exist", &customer.Customer{Birthdate: "1990-13-01"}, "invalid_payload birthdate"},
		{"a birthdate without zeros", &customer.Customer{Birthdate: "1990-1-2"}, "invalid_payload birthdate"},
		{"a birthdate with a time", &customer.Customer{Birthdate: "1990-12-31T00:00:00Z"}, "invalid_payload birthdate"},
		{"a birthdate in the other order", &customer.Customer{Birthdate: "31.12.1990"}, "invalid_payload birthdate"},
		{"a birthday that is none", &customer.Customer{Birthday: "1990-02-30"}, "invalid_payload birthday"},
		{"a birthdate with a space", &customer.Customer{Birthdate: " 1990-12-31"}, "invalid_payload birthdate"},
		{"metadata with an empty key", &customer.Customer{Metadata: metadata.Map{"": 1}}, "invalid_payload metadata"},
		{"metadata that is too large", &customer.Customer{Metadata: metadata.Map{"a": strings.Repeat("x", metadata.MaxBytes)}},
			"invalid_payload metadata"},
		{"a wrong value in the metadata", &customer.Customer{Metadata: metadata.Map{"a": "\xff"}}, "invalid_payload metadata.a"},
		{"the first of two mistakes", &customer.Customer{ID: long + "x", Birthdate: "?"}, "invalid_payload id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, contract.Refusal(tt.c.Check())); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeLaysThePayloadOverTheStoredCustomer(t *testing.T) {
	t.Parallel()
	created, updated := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	stored := func() *customer.Customer {
		return &customer.Customer{
			ID: "cust_1", SourceID: "7", Name: "Anna", Email: "anna@example.com", Birthdate: "1990-12-31",
			Address:  &customer.Address{City: "Berlin", Country: "DE"},
			Metadata: metadata.Map{"level": "silver", "since": 2021.0}, CreatedAt: created, UpdatedAt: &updated, Version: 3, Clear: customer.ClearPhone,
		}
	}
	with := func(change func(*customer.Customer)) *customer.Customer {
		c := stored()
		change(c)
		return c
	}
	for _, tt := range []struct {
		name                  string
		stored, payload, want *customer.Customer
	}{
		{"neither", nil, nil, nil},
		{"only a stored customer", stored(), nil, stored()},
		{"only a payload", nil, customer.BySourceID("8"), customer.BySourceID("8")},
		{"what the payload leaves out stays", stored(), customer.ByID("cust_1"), stored()},
		{"identity, version and times stay", stored(), &customer.Customer{ID: "x", SourceID: "y", Version: 9, CreatedAt: updated, UpdatedAt: &created}, stored()},
		{"every field of the payload wins", stored(),
			&customer.Customer{Name: "A", Description: "B", Email: "C", Phone: "D", Birthdate: "2000-01-01", Birthday: "2000-01-02"},
			with(func(c *customer.Customer) {
				c.Name, c.Description, c.Email, c.Phone, c.Birthdate, c.Birthday = "A", "B", "C", "D", "2000-01-01", "2000-01-02"
			})},
		{"what the engine says is not taken from a payload", stored(),
			&customer.Customer{SystemMetadata: metadata.Map{"a": 1}, Summary: &customer.Summary{}, Loyalty: &customer.Loyalty{}}, stored()},
		{"nor from that of a new customer", nil,
			&customer.Customer{Name: "A", SystemMetadata: metadata.Map{"a": 1}, Summary: &customer.Summary{}, Loyalty: &customer.Loyalty{}},
			&customer.Customer{Name: "A"}},
		{"an address is laid over part by part", stored(), &customer.Customer{Address: &customer.Address{City: "Köln", Line1: "Ring 1"}},
			with(func(c *customer.Customer) {
				c.Address = &customer.Address{City: "Köln", Country: "DE", Line1: "Ring 1"}
			})},
		{"every part of an address wins", stored(),
			&customer.Customer{Address: &customer.Address{City: "1", State: "2", Line1: "3", Line2: "4", Country: "5", PostalCode: "6"}},
			with(func(c *customer.Customer) {
				c.Address = &customer.Address{City: "1", State: "2", Line1: "3", Line2: "4", Country: "5", PostalCode: "6"}
			})},
		{"an address where none was stored", customer.BySourceID("7"), &customer.Customer{Address: &customer.Address{City: "Köln"}},
			&customer.Customer{SourceID: "7", Address: &customer.Address{City: "Köln"}}},
		{"metadata is laid over key by key", stored(), &customer.Customer{Metadata: metadata.Map{"level": "gold", "tags": []any{"a"}}},
			with(func(c *customer.Customer) {
				c.Metadata = metadata.Map{"level": "gold", "since": 2021.0, "tags": []any{"a"}}
			})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before, err := json.Marshal([]*customer.Customer{tt.stored, tt.payload})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, customer.Merge(tt.stored, tt.payload)); diff != "" {
				t.Errorf("merged (-want +got):\n%s", diff)
			}
			after, err := json.Marshal([]*customer.Customer{tt.stored, tt.payload})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(before), string(after)); diff != "" {
				t.Errorf("the arguments changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestMergingTwiceIsMergingOnce(t *testing.T) {
	t.Parallel()
	text := rapid.SampledFrom([]string{"", "a", "b"})
	profile := rapid.Custom(func(t *rapid.T) *customer.Customer {
		c := &customer.Customer{Name: text.Draw(t, "name"), Email: text.Draw(t, "email"), Phone: text.Draw(t, "phone")}
		if rapid.Bool().Draw(t, "address") {
			c.Address = &customer.Address{City: text.Draw(t, "city"), Line2: text.Draw(t, "line_2")}
		}
		c.Metadata = rapid.MapOf(rapid.SampledFrom([]string{"k", "l"}), text.AsAny()).Draw(t, "metadata")
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		stored, payload := profile.Draw(t, "stored"), profile.Draw(t, "payload")
		once := customer.Merge(stored, payload)
		if diff := cmp.Diff(once, customer.Merge(once, payload)); diff != "" {
			t.Errorf("(-once +twice):\n%s", diff)
		}
	})
}

func TestEqualSeesEveryField(t *testing.T) {
	t.Parallel()
	full := func() *customer.Customer {
		updated := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
		return &customer.Customer{
			ID: "cust_1", SourceID: "7", Name: "Anna", Description: "a regular", Email: "anna@example.com", Phone: "1", Birthdate: "1990-12-31",
			Birthday: "1990-12-30", Address: &customer.Address{City: "Berlin"}, Metadata: metadata.Map{"visits": 3},
			SystemMetadata: metadata.Map{"origin": "import"}, Summary: &customer.Summary{}, Loyalty: &customer.Loyalty{}, Referrals: &customer.Referrals{},
			CreatedAt: updated, UpdatedAt: &updated, Version: 3, Clear: customer.ClearPhone,
		}
	}
	readBack := full()
	readBack.Metadata = metadata.Map{"visits": 3.0}
	if !full().Equal(readBack) {
		t.Error("metadata that was read back from a store makes another customer")
	}
	for field := range reflect.TypeFor[customer.Customer]().NumField() {
		changed := full()
		reflect.ValueOf(changed).Elem().Field(field).SetZero()
		if changed.Equal(full()) || full().Equal(changed) {
			t.Errorf("%s does not count", reflect.TypeFor[customer.Customer]().Field(field).Name)
		}
	}
	elsewhere := full()
	elsewhere.Address = &customer.Address{City: "Köln"}
	if elsewhere.Equal(full()) {
		t.Error("the parts of the address do not count")
	}
	var none *customer.Customer
	if !none.Equal(nil) || none.Equal(full()) || full().Equal(none) {
		t.Error("no customer is equal to some customer, or not to none")
	}
}

func ExampleBySourceID() {
	shopper := customer.BySourceID("shop-customer-7")
	shopper.Metadata = map[string]any{"level": "gold"}
	fmt.Println(shopper.SourceID, shopper.Check())
	// Output: shop-customer-7 <nil>
}

func ExampleMerge() {
	stored := &customer.Customer{ID: "cust_1", Name: "Anna", Metadata: map[string]any{"level": "silver"}}
	payload := &customer.Customer{Metadata: map[string]any{"level": "gold"}}
	merged := customer.Merge(stored, payload)
	fmt.Println(merged.ID, merged.Name, merged.Metadata["level"])
	// Output: cust_1 Anna gold
}

func ExampleCustomer_Check() {
	c := customer.Customer{SourceID: "7", Birthdate: "31.12.1990"}
	fmt.Println(c.Check())
	// Output: voucherify: invalid_payload: birthdate: "31.12.1990" is not a date of the form YYYY-MM-DD
}
