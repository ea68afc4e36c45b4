package order

// Anonymise puts the token in the place of a customer. An order of the customer loses its metadata and that of its lines,
// which may say anything; amounts, products and the shop's order number stay.
func (o *Order) Anonymise(customerID, token string) {
	if o == nil {
		return
	}
	if o.ReferrerID == customerID {
		o.ReferrerID = token
	}
	if o.CustomerID == customerID {
		o.CustomerID = token
		o.ClearMetadata()
	}
}

// ClearMetadata takes out the metadata of the order and of its lines.
func (o *Order) ClearMetadata() {
	o.Metadata = nil
	for i := range o.Items {
		o.Items[i].Metadata = nil
	}
}
