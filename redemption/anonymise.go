package redemption

import "slices"

// Anonymise puts the token in the place of the customer of a redemption and takes out what may say who it was: metadata,
// reasons, and what rules found. The counters of the customer are no longer what a rollback gives back; all others, and
// every amount, stay.
func (r *Redemption) Anonymise(customerID, token string) {
	r.Order.Anonymise(customerID, token)
	if r.CustomerID != customerID {
		return
	}
	r.CustomerID, r.Metadata = token, nil
	if r.Order != nil && r.Order.CustomerID == "" {
		r.Order.ClearMetadata() // the copy of the order does not say whose it is
	}
	for _, x := range r.Returns {
		x.Reason = ""
	}
	if r.Granted != nil {
		r.Granted.Consumed = slices.DeleteFunc(r.Granted.Consumed, func(c Consume) bool { return c.Key.Customer == customerID })
	}
	if r.Decision == nil {
		return
	}
	for i := range r.Decision.Steps {
		if step := &r.Decision.Steps[i]; step.Check == CheckRule {
			step.Actual = ""
		}
	}
}

// CountersOf are the counters that the redemption has raised for one customer.
func (r *Redemption) CountersOf(customerID string) []CounterKey {
	if r.Granted == nil {
		return nil
	}
	var keys []CounterKey
	for _, c := range r.Granted.Consumed {
		if c.Key.Customer == customerID {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// Anonymise does the same for a rollback.
func (r *Rollback) Anonymise(customerID, token string) {
	r.Order.Anonymise(customerID, token)
	if r.CustomerID == customerID {
		r.CustomerID, r.Metadata, r.Reason = token, nil, ""
	}
}
