package voucherify_test

import (
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/publication"
)

// publicationKeys are met by giving out codes.
var publicationKeys = []keyRow{
	{
		key: fault.DuplicateSourceID,
		fail: func(s *shop) error {
			s.coded("C", nil, "A", "B")
			s.must(second(s.Publications.Create(background, publication.Request{Voucher: "A", Customer: customer.BySourceID("c1"), SourceID: "1"})))
			return second(s.Publications.Create(background, publication.Request{Voucher: "B", Customer: customer.BySourceID("c1"), SourceID: "1"}))
		},
		want: `{"code":400,"key":"duplicate_source_id","message":"Duplicate source id","details":"1 was published for another customer, campaign or voucher","field":"source_id","resource_id":"pub_…","resource_type":"publication"}`,
	},
	{
		key: fault.MissingVouchers,
		fail: func(s *shop) error {
			return second(s.Publications.Create(background, publication.Request{Customer: customer.BySourceID("c1")}))
		},
		want: `{"code":400,"key":"missing_vouchers","message":"Missing vouchers","details":"a publication needs a voucher or a campaign","field":"voucher"}`,
	},
	{
		key: fault.NoVoucherSuitableForPublication,
		fail: func(s *shop) error {
			s.coded("C", nil)
			return second(s.Publications.Create(background, publication.FromCampaign("C", customer.BySourceID("c1"))))
		},
		want: `{"code":400,"key":"no_voucher_suitable_for_publication","message":"No voucher suitable for publication","details":"Couldn't create new vouchers for publication","resource_id":"pub_…","resource_type":"publication"}`,
	},
	{
		key: fault.TooManyVouchersRequested,
		fail: func(s *shop) error {
			s.coded("C", nil, "A", "B")
			return second(s.Publications.Create(background, from("C", 51, "c1")))
		},
		want: `{"code":400,"key":"too_many_vouchers_requested","message":"Too many vouchers requested","details":"Only up to 50 can be published","field":"campaign.count"}`,
	},
	{
		key: fault.VoucherCannotBePublished,
		fail: func(s *shop) error {
			s.coded("C", func(c *campaign.Campaign) { c.JoinOnce = true }, "A", "B")
			s.must(second(s.Publications.Create(background, from("C", 1, "c1"))))
			return second(s.Publications.Create(background, from("C", 1, "c1")))
		},
		want: `{"code":400,"key":"voucher_cannot_be_published","message":"Voucher cannot be published","details":"Customer already joined program.","field":"customer","resource_id":"pub_…","resource_type":"publication"}`,
	},
}
