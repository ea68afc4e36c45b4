// Package record owns the shape in which everything durable is handed to a store: a document with an identity, a
// version, unique keys and a JSON body.
//
// It refuses to know the bodies: the packages of the domain write and read them. Stores see only this shape, which is
// why one adapter serves every kind of record, also those that are added later.
package record

import (
	"encoding/json"
	"time"
)

// Kind names a kind of record, for example "campaign".
type Kind string

// The kinds of records. Configuration kinds are compiled into the catalogue; a write to one of them raises the revision.
const (
	Area       Kind = "area"
	AreaStore  Kind = "area_store" // its parent is the area
	Assignment Kind = "validation_rules_assignment"
	Campaign   Kind = "campaign"
	Category   Kind = "category"
	Collection Kind = "products_collection"
	Customer   Kind = "customer"
	Location   Kind = "location"
	Membership Kind = "segment_membership"
	Order      Kind = "order"
	Product    Kind = "product"
	// Publication is the account of a handing out; its parent is the customer.
	Publication Kind = "publication"
	Redemption  Kind = "redemption"
	Rollback    Kind = "redemption_rollback"
	Rule        Kind = "validation_rules"
	Segment     Kind = "segment"
	Settings    Kind = "settings"
	SKU         Kind = "sku"
	Stack       Kind = "promotion_stack"
	Tier        Kind = "promotion_tier"
	// Transaction is an entry of the ledger of a card; its parent is the voucher.
	Transaction Kind = "voucher_transaction"
	Voucher     Kind = "voucher"
)

// The kinds of schemas and of custom events.
const (
	MetadataSchema Kind = "metadata_schema"
	EventSchema    Kind = "custom_event_schema"
	// CustomEvent is what a customer did outside the engine. Its parent is the customer with the name of the event (see
	// package redemption, EventsOf), its creation the instant at which it happened.
	CustomEvent Kind = "custom_event"
	// CustomEventName says that a customer, its parent, has custom events of a name.
	CustomEventName Kind = "custom_event_name"
)

// The kinds around customers and their codes.
const (
	// Deletion is the account of a permanent deletion of a customer.
	Deletion Kind = "permanent_deletion"
	// Holder ties a code to the customer to whom it was given; its parent is the customer.
	Holder Kind = "holder"
	// LoyaltyAccount is the state of a loyalty card that was given out; its id is the voucher's, its parent the campaign. Its
	// creation, which is its place in lists, is the instant at which something is due for it.
	LoyaltyAccount Kind = "loyalty_account"
	// PendingPoints are points of a loyalty card that come later; its parent is the voucher while they wait, see
	// loyalty.Pending. Its creation, which is its place in lists, is the beginning of the day on which they are activated.
	PendingPoints Kind = "loyalty_pending_points"
	// EarningRule says what a loyalty program pays points for; its parent is the campaign.
	EarningRule Kind = "earning_rule"
	// LoyaltyTier is a level of a loyalty program; its parent is the campaign.
	LoyaltyTier Kind = "loyalty_tier"
	// Reward is something that points are given for; RewardAssignment offers it in a program, its parent is the campaign.
	Reward           Kind = "reward"
	RewardAssignment Kind = "reward_assignment"
	// RewardRedemption is what became of a reward; its parent is the redemption that has paid for it.
	RewardRedemption Kind = "reward_redemption"
	// Unpublished marks a code of a campaign that can still be given out; its id is the voucher's, its parent the campaign.
	Unpublished Kind = "unpublished_voucher"
)

// CampaignTemplate is the configuration of a campaign or of a promotion tier that was saved to be used again.
const CampaignTemplate Kind = "campaign_template"

// The kinds around referral programmes.
const (
	// Referral says who has brought a customer, its parent, into a campaign.
	Referral Kind = "referral"
	// Referred notes under a referrer, its parent, that something was done with his code; its id is that of the redemption or
	// custom event.
	Referred Kind = "referred"
	// ReferralHolder notes a holder of a referral code, its parent; its id is that of the holder.
	ReferralHolder Kind = "referral_holder"
	// ReferralReward is the account of a reward; its parent is the customer who got it.
	ReferralReward Kind = "referral_reward"
	// ReferralTier is what referrers of a campaign, its parent, are rewarded for.
	ReferralTier Kind = "referral_tier"
)

// Kinds are all kinds of records, for whoever reads everything that a store holds.
func Kinds() []Kind {
	return []Kind{
		Area, AreaStore, Assignment, Campaign, CampaignTemplate, Category, Collection, Customer, CustomEvent, CustomEventName,
		Deletion, EarningRule, EventSchema, Holder, Location, LoyaltyAccount, LoyaltyTier, Membership, MetadataSchema, Order,
		PendingPoints, Product, Publication, Redemption, Referral, ReferralHolder, ReferralReward, ReferralTier, Referred, Reward,
		RewardAssignment, RewardRedemption, Rollback, Rule, Segment, Settings, SKU, Stack, Tier, Transaction, Unpublished, Voucher,
	}
}

// Configuration reports whether records of the kind are part of the compiled catalogue.
func (k Kind) Configuration() bool {
	switch k {
	case AreaStore, Assignment, Campaign, Category, Collection, EarningRule, Location, LoyaltyTier, MetadataSchema, Product, Reward,
		RewardAssignment, Rule, Segment, Settings, SKU, Stack, Tier:
		return true
	}
	return false
}

// Document is one record as a store keeps it.
type Document struct {
	Kind Kind
	// ID is unique within project and kind, and is compared byte for byte.
	ID string
	// Version counts the writes of the record. When writing, it is the version that the writer has read, and 0 for a
	// record that must not exist yet; the store keeps Version+1.
	Version int64
	// Parent is the id of the record that this one belongs to (a voucher's campaign, an assignment's rule), for lists.
	Parent string
	// Keys are further names of the record, unique within project and kind: code, source_id, name. Each has the form
	// "field:value" and is compared byte for byte.
	Keys []string
	// CreatedAt is when the record was first written; lists are ordered by it, then by ID.
	CreatedAt time.Time
	// Binned records are not found by Get, Find and List, but their ID and Keys stay reserved.
	Binned bool
	// Body is the record as JSON.
	Body json.RawMessage
}

// Key builds a unique key of the form that Document.Keys holds.
func Key(field, value string) string { return field + ":" + value }
