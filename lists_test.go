package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// listAll lists everything, the oldest first.
var listAll = voucherify.ListOptions{OldestFirst: true}

// listed is a list of records as positions.
type listed iter.Seq2[store.Cursor, error]

func positions[T any](list iter.Seq2[T, error], of func(*T) (time.Time, string)) listed {
	return func(yield func(store.Cursor, error) bool) {
		for x, err := range list {
			at, id := of(&x)
			if !yield(store.Cursor{CreatedAtMicros: at.UnixMicro(), ID: id}, err) {
				return
			}
		}
	}
}

// library is a list of a service with the making of a record for it; the parent is that of the record, empty without one.
type library struct {
	name string
	make func(s *shop, i int) (id, parent string)
	list func(s *shop, ctx context.Context, o voucherify.ListOptions) listed
}

var libraries = []library{
	{"campaigns", func(s *shop, i int) (string, string) {
		c, err := s.Campaigns.Create(background, campaign.Campaign{Name: fmt.Sprint("camp ", i), CampaignType: campaign.Promotion})
		s.must(err)
		return c.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Campaigns.List(ctx, o), func(c *campaign.Campaign) (time.Time, string) { return c.CreatedAt, c.ID })
	}},
	{"vouchers", func(s *shop, i int) (string, string) {
		camp := s.pool(i % 2)
		code := fmt.Sprint("CODE", i)
		s.must(s.Campaigns.AddVoucher(background, camp, code))
		v, err := s.Vouchers.Get(background, code)
		s.must(err)
		return v.ID, camp
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Vouchers.List(ctx, o), func(v *voucher.Voucher) (time.Time, string) { return v.CreatedAt, v.ID })
	}},
	{"tiers", func(s *shop, i int) (string, string) {
		parent := s.promotion(i % 2)
		tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: parent, Name: "t"})
		s.must(err)
		return tier.ID, parent
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Promotions.ListTiers(ctx, o), func(t *promotion.Tier) (time.Time, string) { return t.CreatedAt, t.ID })
	}},
	{"stacks", func(s *shop, i int) (string, string) {
		parent := s.promotion(i % 2)
		tier, err := s.Promotions.CreateTier(background, promotion.Tier{CampaignID: parent, Name: "t"})
		s.must(err)
		stack, err := s.Promotions.CreateStack(background, promotion.Stack{CampaignID: parent, Name: "s", Tiers: promotion.StackTiers{IDs: []string{tier.ID}}})
		s.must(err)
		return stack.ID, parent
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Promotions.ListStacks(ctx, o), func(x *promotion.Stack) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"rules", func(s *shop, i int) (string, string) {
		rule, err := s.Rules.Create(background, validation.Rule{Name: fmt.Sprint(i)})
		s.must(err)
		return rule.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Rules.List(ctx, o), func(r *validation.Rule) (time.Time, string) { return r.CreatedAt, r.ID })
	}},
	{"customers", func(s *shop, i int) (string, string) {
		c, err := s.Customers.Upsert(background, customer.Customer{SourceID: fmt.Sprint(i)})
		s.must(err)
		return c.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Customers.List(ctx, o), func(c *customer.Customer) (time.Time, string) { return c.CreatedAt, c.ID })
	}},
	{"segments", func(s *shop, i int) (string, string) {
		x, err := s.Segments.Create(background, customer.Segment{Name: fmt.Sprint(i)})
		s.must(err)
		return x.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Segments.List(ctx, o), func(x *customer.Segment) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"products", func(s *shop, i int) (string, string) {
		p, err := s.Products.CreateProduct(background, product.Product{Name: fmt.Sprint(i)})
		s.must(err)
		return p.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Products.ListProducts(ctx, o), func(p *product.Product) (time.Time, string) { return p.CreatedAt, p.ID })
	}},
	{"skus", func(s *shop, i int) (string, string) {
		p, err := s.Products.CreateProduct(background, product.Product{SourceID: fmt.Sprint("of skus ", i%2)})
		s.must(err)
		sku, err := s.Products.CreateSKU(background, product.SKU{ProductID: p.ID})
		s.must(err)
		return sku.ID, p.ID
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Products.ListSKUs(ctx, o), func(x *product.SKU) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"collections", func(s *shop, i int) (string, string) {
		x, err := s.Products.CreateCollection(background, product.Collection{Name: fmt.Sprint(i)})
		s.must(err)
		return x.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Products.ListCollections(ctx, o), func(x *product.Collection) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"areas", func(s *shop, i int) (string, string) {
		x, err := s.Areas.Create(background, access.Area{Name: fmt.Sprint(i)})
		s.must(err)
		return x.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Areas.List(ctx, o), func(x *access.Area) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"stores", func(s *shop, i int) (string, string) {
		area, err := s.Areas.Create(background, access.Area{Name: fmt.Sprint(i)})
		s.must(err)
		x, err := s.Areas.CreateStore(background, access.Store{AreaID: area.ID, Name: fmt.Sprint(i)})
		s.must(err)
		return x.ID, area.ID
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Areas.ListStores(ctx, o), func(x *access.Store) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"orders", func(s *shop, i int) (string, string) {
		o, err := s.Orders.Create(background, order.Order{SourceID: fmt.Sprint("O", i), Amount: 100})
		s.must(err)
		return o.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Orders.List(ctx, o), func(x *order.Order) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"categories", func(s *shop, i int) (string, string) {
		x, err := s.Categories.Create(background, promotion.Category{Name: fmt.Sprint(i)})
		s.must(err)
		return x.ID, ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Categories.List(ctx, o), func(x *promotion.Category) (time.Time, string) { return x.CreatedAt, x.ID })
	}},
	{"redemptions", func(s *shop, i int) (string, string) {
		code := fmt.Sprint("R", i)
		s.coupon(code, discount.AmountOff(1, discount.ToOrder), 0)
		result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes(code)})
		s.must(err)
		return result.ID(), ""
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Redemptions.List(ctx, o), func(x *redemption.Redemption) (time.Time, string) { return x.Date, x.ID })
	}},
	{"rollbacks", func(s *shop, i int) (string, string) {
		code := fmt.Sprint("B", i)
		s.coupon(code, discount.AmountOff(1, discount.ToOrder), 0)
		result, err := s.Redeem(background, redemption.Request{Redeemables: redemption.Codes(code)})
		s.must(err)
		back, err := s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})
		s.must(err)
		return back.Rollbacks[0].ID, result.ID()
	}, func(s *shop, ctx context.Context, o voucherify.ListOptions) listed {
		return positions(s.Redemptions.ListRollbacks(ctx, o), func(x *redemption.Rollback) (time.Time, string) { return x.Date, x.ID })
	}},
}

// pool returns the id of one of two coupon campaigns, promotion that of one of two promotions.
func (s *shop) pool(i int) string {
	off := discount.AmountOff(1, discount.ToOrder)
	return s.parent(campaign.Campaign{Name: fmt.Sprint("pool ", i), CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}})
}

func (s *shop) promotion(i int) string {
	return s.parent(campaign.Campaign{Name: fmt.Sprint("promotion ", i), CampaignType: campaign.Promotion})
}

func (s *shop) parent(c campaign.Campaign) string {
	s.t.Helper()
	stored, err := s.Campaigns.Get(background, c.Name)
	if err != nil {
		stored, err = s.Campaigns.Create(background, c)
		s.must(err)
	}
	return stored.ID
}

// read collects a list and stops after most records, 0 reads all.
func read(t *testing.T, list listed, most int) []store.Cursor {
	t.Helper()
	var found []store.Cursor
	for x, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, x)
		if len(found) == most {
			break
		}
	}
	return found
}

func idsOf(list []store.Cursor) []string {
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	return ids
}

func TestEveryListHasOrderLimitAndCursor(t *testing.T) {
	t.Parallel()
	for _, lib := range libraries {
		t.Run(lib.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			var made []string
			var children []string // of the first record's parent
			var parent string
			for i := range 5 {
				s.now.Store(int64(i / 2)) // two at a time in the same instant
				id, of := lib.make(s, i)
				if i == 0 {
					parent = of
				}
				made = append(made, id)
				if of == parent {
					children = append(children, id)
				}
			}
			all := func(o voucherify.ListOptions) []store.Cursor { return read(t, lib.list(s, background, o), 0) }
			check := func(what string, want, got []string) {
				t.Helper()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			oldest := all(listAll)
			check("the oldest first", made, idsOf(oldest))
			newest := slices.Clone(made)
			slices.Reverse(newest)
			check("the newest first", newest, idsOf(all(voucherify.ListOptions{})))
			check("two", newest[:2], idsOf(all(voucherify.ListOptions{Limit: 2})))
			check("more than there are", newest, idsOf(all(voucherify.ListOptions{Limit: 50})))
			check("left early", made[:3], idsOf(read(t, lib.list(s, background, listAll), 3)))
			check("behind the second", made[2:], idsOf(all(voucherify.ListOptions{OldestFirst: true, After: &oldest[1]})))
			check("behind the second, one", made[2:3], idsOf(all(voucherify.ListOptions{OldestFirst: true, After: &oldest[1], Limit: 1})))
			check("backwards behind the second", newest[4:], idsOf(all(voucherify.ListOptions{After: &oldest[1]})))
			check("behind the last", []string{}, idsOf(all(voucherify.ListOptions{OldestFirst: true, After: &oldest[4]})))
			if parent != "" {
				check("of one parent", children, idsOf(all(voucherify.ListOptions{OldestFirst: true, Parent: parent})))
			}
			check("of a stranger", []string{}, idsOf(all(voucherify.ListOptions{Parent: "nobody"})))

			canceled, cancel := context.WithCancel(background)
			cancel()
			for _, err := range lib.list(s, canceled, listAll) {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("with a canceled context: %v", err)
				}
			}
		})
	}
}

// Pages that follow each other show every record once, also when records come and go meanwhile.
func TestPagesNeitherRepeatNorSkip(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	camp := s.pool(0)
	codes, err := s.Campaigns.AddVouchers(background, camp, 25, nil)
	s.must(err)
	var after *store.Cursor
	seen := map[string]bool{}
	for page := 0; ; page++ {
		options := voucherify.ListOptions{Parent: camp, OldestFirst: true, After: after, Limit: 4}
		count := 0
		for v, err := range s.Vouchers.List(background, options) {
			s.must(err)
			if seen[v.Code] {
				t.Errorf("%s stands on two pages", v.Code)
			}
			seen[v.Code] = true
			after = &store.Cursor{CreatedAtMicros: v.CreatedAt.UnixMicro(), ID: v.ID}
			count++
		}
		if count == 0 {
			break
		}
		if page == 0 {
			s.must(s.Vouchers.Delete(background, codes[0], true)) // seen or not, it is gone
			seen[codes[0]] = true
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d of 25 codes were seen", len(seen))
	}
}
