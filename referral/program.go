// Package referral owns who brought whom: the programme of a referral campaign, the tiers that reward referrers, the record of
// each referral, and the record of each reward.
//
// It refuses to decide whether a code may be redeemed (package redemption) and to give anything: the engine does, in the
// transaction of the conversion.
package referral

import (
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/money"
)

// ConversionEvent is what turns a customer into a referee. (Voucherify: conversion_event_type.)
type ConversionEvent string

// The conversion events; a programme has one of them.
const (
	ByRedemption  ConversionEvent = "redemption"   // of the referral code
	ByCustomEvent ConversionEvent = "custom_event" // that names the referral code
)

// Program is the programme of a referral campaign. (Voucherify: referral_program.)
type Program struct {
	// ConversionEventType never changes.
	ConversionEventType ConversionEvent `json:"conversion_event_type"`
	// CustomEvent is the event that converts, named by the id or the name of its schema; nil with ByRedemption.
	CustomEvent *CustomEvent `json:"custom_event,omitempty"`
	// RefereeReward is what a referee gets beside the discount of the code; nil for nothing.
	RefereeReward *RefereeReward `json:"referee_reward,omitempty"`
}

// CustomEvent names a custom event. The engine fills in both parts.
type CustomEvent struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// RefereeReward is credits or points for a referee, on his card of another campaign, which he gets first if he has none.
type RefereeReward struct {
	RelatedObjectParent Parent     `json:"related_object_parent"`
	Type                RewardType `json:"type"`
	// Amount is credits in minor units, or points, between 1 and money.Max.
	Amount int64 `json:"amount"`
}

// Parent names the campaign of the card, by id or name. The engine fills in all parts.
type Parent struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Object string `json:"object,omitempty"` // "CAMPAIGN"
}

// RewardType is what the reward of a referee goes on; it never changes.
type RewardType string

// The types of rewards.
const (
	OnGiftVoucher RewardType = "GIFT_VOUCHER" // credits
	OnLoyaltyCard RewardType = "LOYALTY_CARD" // points
)

// Check reports the first thing that is wrong with the programme by itself.
func (p *Program) Check() error {
	switch p.ConversionEventType {
	case ByRedemption:
		if p.CustomEvent != nil {
			return fault.New(fault.InvalidCampaign, "a programme that converts by redemption has no custom event").At("custom_event")
		}
	case ByCustomEvent:
		if p.CustomEvent == nil || p.CustomEvent.ID == "" && p.CustomEvent.Name == "" {
			return fault.New(fault.InvalidCampaign, "the id or the name of the event that converts is required").At("custom_event")
		}
	default:
		return fault.New(fault.InvalidCampaign, "%q is not one of redemption, custom_event", p.ConversionEventType).At("conversion_event_type")
	}
	r := p.RefereeReward
	if r == nil {
		return nil
	}
	switch {
	case r.Type != OnGiftVoucher && r.Type != OnLoyaltyCard:
		return fault.New(fault.InvalidCampaign, "%q is not one of GIFT_VOUCHER, LOYALTY_CARD", r.Type).At("referee_reward.type")
	case r.RelatedObjectParent.ID == "" && r.RelatedObjectParent.Name == "":
		return fault.New(fault.InvalidCampaign, "the campaign of the card is required").At("referee_reward.related_object_parent")
	case r.Amount < 1 || r.Amount > money.Max:
		return fault.New(fault.InvalidAmount, "%d is not between 1 and %d", r.Amount, money.Max).At("referee_reward.amount")
	}
	return nil
}

// Fixed refuses a change of what never changes: the conversion event and the type of the reward.
func (p *Program) Fixed(sent *Program) error {
	at := func(field string) error {
		return fault.New(fault.InvalidCampaign, "a referral programme keeps its conversion event and the type of its reward").At(field)
	}
	switch {
	case sent == nil:
		return at("")
	case sent.ConversionEventType != p.ConversionEventType:
		return at("conversion_event_type")
	case p.CustomEvent != nil && (sent.CustomEvent == nil ||
		sent.CustomEvent.ID != "" && sent.CustomEvent.ID != p.CustomEvent.ID ||
		sent.CustomEvent.Name != "" && sent.CustomEvent.Name != p.CustomEvent.Name):
		return at("custom_event")
	case (sent.RefereeReward == nil) != (p.RefereeReward == nil):
		return at("referee_reward")
	case p.RefereeReward != nil && sent.RefereeReward.Type != p.RefereeReward.Type:
		return at("referee_reward.type")
	}
	return nil
}
