package customer

import (
	"encoding/json"
	"slices"
)

// Fields is a set of fields of a profile.
type Fields uint8

// The fields that can be cleared.
const (
	ClearName Fields = 1 << iota
	ClearDescription
	ClearEmail
	ClearPhone
	ClearBirthdate
	ClearBirthday
	ClearAddress
)

// clearable are the texts of a profile that can be cleared, under their names in JSON.
func (c *Customer) clearable() [6]clearable {
	return [...]clearable{
		{"name", ClearName, &c.Name}, {"description", ClearDescription, &c.Description}, {"email", ClearEmail, &c.Email},
		{"phone", ClearPhone, &c.Phone}, {"birthdate", ClearBirthdate, &c.Birthdate},
		{"birthday", ClearBirthday, &c.Birthday},
	}
}

type clearable struct {
	name  string
	field Fields
	value *string
}

// cleared is what a payload takes away: a field that is also sent with a value is not.
func (c *Customer) cleared() Fields {
	fields := c.Clear
	for _, text := range c.clearable() {
		if *text.value != "" {
			fields &^= text.field
		}
	}
	if c.Address != nil {
		fields &^= ClearAddress
	}
	return fields
}

// clear empties fields.
func (c *Customer) clear(fields Fields) {
	for _, text := range c.clearable() {
		if fields&text.field != 0 {
			*text.value = ""
		}
	}
	if fields&ClearAddress != 0 {
		c.Address = nil
	}
}

// MarshalJSON writes the profile; fields that it clears are null, so that two payloads that do different things never
// look the same.
func (c Customer) MarshalJSON() ([]byte, error) {
	type plain Customer
	text, err := json.Marshal(plain(c))
	if err != nil || c.Clear == 0 {
		return text, err
	}
	fields := c.cleared()
	texts := c.clearable()
	for _, null := range append(texts[:], clearable{name: "address", field: ClearAddress}) {
		if fields&null.field == 0 {
			continue
		}
		entry := `"` + null.name + `":null`
		if len(text) > len("{}") {
			entry = "," + entry
		}
		text = slices.Insert(text, len(text)-1, []byte(entry)...)
	}
	return text, nil
}

// UnmarshalJSON reads a profile and notes the fields that are null.
func (c *Customer) UnmarshalJSON(text []byte) error {
	type plain Customer
	in := struct {
		*plain
		Name        nullable[string]  `json:"name"`
		Description nullable[string]  `json:"description"`
		Email       nullable[string]  `json:"email"`
		Phone       nullable[string]  `json:"phone"`
		Birthdate   nullable[string]  `json:"birthdate"`
		Birthday    nullable[string]  `json:"birthday"`
		Address     nullable[Address] `json:"address"`
	}{plain: (*plain)(c)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	c.Clear = in.Name.read(&c.Name, ClearName) | in.Description.read(&c.Description, ClearDescription) |
		in.Email.read(&c.Email, ClearEmail) | in.Phone.read(&c.Phone, ClearPhone) | in.Birthdate.read(&c.Birthdate, ClearBirthdate) |
		in.Birthday.read(&c.Birthday, ClearBirthday)
	if in.Address.sent {
		c.Address = &in.Address.value
	}
	if in.Address.null {
		c.Address = nil
		c.Clear |= ClearAddress
	}
	return nil
}

// nullable is a value of JSON that knows whether it was there, and whether it was null.
type nullable[T any] struct {
	value      T
	sent, null bool
}

// UnmarshalJSON implements json.Unmarshaler; encoding/json calls it for null as well.
func (n *nullable[T]) UnmarshalJSON(text []byte) error {
	if n.null = string(text) == "null"; n.null {
		return nil
	}
	n.sent = true
	return json.Unmarshal(text, &n.value)
}

// read takes over a value that was sent, and returns the field when it was null.
func (n *nullable[T]) read(into *T, field Fields) Fields {
	switch {
	case n.null:
		var zero T
		*into = zero
		return field
	case n.sent:
		*into = n.value
	}
	return 0
}
