// Package event owns domain events: what happened, to which record, with the data that Voucherify's webhooks carry.
// Events are written to the store's outbox in the same commit as the change that they report. It also owns custom events,
// which a host reports about its customers, and their schemas.
//
// It refuses to deliver anything: a host reads the outbox and decides where events go.
package event

import (
	"encoding/json"
	"time"
)

// Type is the dotted name of an event, for example "redemption.succeeded".
type Type string

// The events that this engine writes. Names are Voucherify's.
const (
	CustomerCreated           Type = "customer.created"
	CustomerUpdated           Type = "customer.updated"
	CustomerDeleted           Type = "customer.deleted"
	CustomerCustomEvent       Type = "customer.custom_event"
	CustomerGiftBalanceAdded  Type = "customer.voucher.gift.balance_added"
	CustomerOrderCreated      Type = "customer.order.created"
	CustomerOrderUpdated      Type = "customer.order.updated"
	CustomerOrderPaid         Type = "customer.order.paid"
	CustomerOrderCanceled     Type = "customer.order.canceled"
	CustomerOrderFulfilled    Type = "customer.order.fulfilled"
	CustomerOrderProcessing   Type = "customer.order.processing"
	CustomerPublication       Type = "customer.publication.succeeded"
	CustomerPublicationFailed Type = "customer.publication.failed"
	CustomerRedemptionSuccess Type = "customer.redemption.succeeded"
	CustomerRedemptionFailed  Type = "customer.redemption.failed"
	CustomerRollbackSuccess   Type = "customer.redemption.rollback.succeeded"
	CustomerSegmentEntered    Type = "customer.segment.entered"
	CustomerSegmentLeft       Type = "customer.segment.left"
	CustomerRollbackFailed    Type = "customer.redemption.rollback.failed"
	CustomerReferred          Type = "customer.referred"
	CustomerRewarded          Type = "customer.rewarded"
	HolderAssigned            Type = "customer.holder.assignment.created"
	HolderRemoved             Type = "customer.holder.assignment.deleted"
	PublicationSucceeded      Type = "publication.succeeded"
	RedemptionSucceeded       Type = "redemption.succeeded"
	RedemptionFailed          Type = "redemption.failed"
	RedemptionReturned        Type = "redemption.returned"
	RollbackSucceeded         Type = "redemption.rollback.succeeded"
	RollbackFailed            Type = "redemption.rollback.failed"
	CampaignCreated           Type = "campaign.created"
	CampaignUpdated           Type = "campaign.updated"
	CampaignDeleted           Type = "campaign.deleted"
	CampaignEnabled           Type = "campaign.enabled"
	CampaignDisabled          Type = "campaign.disabled"
	CampaignVouchersAdded     Type = "campaign.vouchers.added"
	CampaignVouchersGenerated Type = "campaign.vouchers.generation.completed"
	PromotionTierCreated      Type = "campaign.promotion_tier.created"
	PromotionTierUpdated      Type = "campaign.promotion_tier.updated"
	PromotionTierDeleted      Type = "campaign.promotion_tier.deleted"
	PromotionTierEnabled      Type = "campaign.promotion_tier.enabled"
	PromotionTierDisabled     Type = "campaign.promotion_tier.disabled"
	PromotionStackCreated     Type = "campaign.promotion_stack.created"
	PromotionStackUpdated     Type = "campaign.promotion_stack.updated"
	ReferralTierCreated       Type = "campaign.referral_tier.created"
	ReferralTierUpdated       Type = "campaign.referral_tier.updated"
	ReferralTierDeleted       Type = "campaign.referral_tier.deleted"
	VoucherCreated            Type = "voucher.created"
	VoucherUpdated            Type = "voucher.updated"
	VoucherDeleted            Type = "voucher.deleted"
	VoucherEnabled            Type = "voucher.enabled"
	VoucherDisabled           Type = "voucher.disabled"
	VoucherPublished          Type = "voucher.published"
	// The events of rewards.
	RewardAssignmentCreated    Type = "campaign.reward.assignment.created"
	RewardAssignmentUpdated    Type = "campaign.reward.assignment.updated"
	RewardAssignmentDeleted    Type = "campaign.reward.assignment.deleted"
	RewardRedemptionCreated    Type = "customer.reward_redemptions.created"
	RewardRedemptionPending    Type = "customer.reward_redemptions.pending"
	RewardRedemptionCompleted  Type = "customer.reward_redemptions.completed"
	RewardRedemptionRolledBack Type = "customer.reward_redemptions.rolledback"
	// The events of loyalty cards and tiers.
	CustomerLoyaltyUpdated           Type = "customer.loyalty.updated"
	CustomerLoyaltyPointsAdded       Type = "customer.voucher.loyalty_card.points_added"
	CustomerLoyaltyPointsExpired     Type = "customer.voucher.loyalty_card.points_expired"
	CustomerLoyaltyPointsTransferred Type = "customer.voucher.loyalty_card.points_transferred"
	CustomerLoyaltyPendingAdded      Type = "customer.voucher.loyalty_card.pending_points.added"
	CustomerLoyaltyPendingUpdated    Type = "customer.voucher.loyalty_card.pending_points.updated"
	CustomerLoyaltyPendingActivated  Type = "customer.voucher.loyalty_card.pending_points.activated"
	CustomerLoyaltyPendingCanceled   Type = "customer.voucher.loyalty_card.pending_points.canceled"
	CustomerRewardedLoyaltyPoints    Type = "customer.rewarded.loyalty_points"
	LoyaltyPointsAdded               Type = "voucher.loyalty_card.points_added"
	LoyaltyPointsExpired             Type = "voucher.loyalty_card.points_expired"
	EarningRuleAssigned              Type = "campaign.earning_rule.assigned"
	EarningRuleUpdated               Type = "campaign.earning_rule.updated"
	EarningRuleEnabled               Type = "campaign.earning_rule.enabled"
	EarningRuleDisabled              Type = "campaign.earning_rule.disabled"
	EarningRuleDeleted               Type = "campaign.earning_rule.deleted"
	LoyaltyPendingAdded              Type = "voucher.loyalty_card.pending_points.added"
	LoyaltyPendingUpdated            Type = "voucher.loyalty_card.pending_points.updated"
	LoyaltyPendingActivated          Type = "voucher.loyalty_card.pending_points.activated"
	LoyaltyPendingCanceled           Type = "voucher.loyalty_card.pending_points.canceled"
	LoyaltyTransactionCreated        Type = "voucher.loyalty_card.transaction.created"
	LoyaltyTierJoined                Type = "customer.loyalty.tier.joined"
	LoyaltyTierLeft                  Type = "customer.loyalty.tier.left"
	LoyaltyTierUpgraded              Type = "customer.loyalty.tier.upgraded"
	LoyaltyTierDowngraded            Type = "customer.loyalty.tier.downgraded"
	LoyaltyTierProlonged             Type = "customer.loyalty.tier.prolonged"
	// LoyaltyTierExpirationChanged tells that changed settings have moved the end of a tier; see Loyalty.RecalculateTiers.
	LoyaltyTierExpirationChanged Type = "customer.loyalty.tier.expiration.changed"
	// The events of the tiers of a program.
	CampaignLoyaltyTierCreated Type = "campaign.loyalty_tier.created"
	CampaignLoyaltyTierUpdated Type = "campaign.loyalty_tier.updated"
	CampaignLoyaltyTierDeleted Type = "campaign.loyalty_tier.deleted"
	GiftBalanceAdded           Type = "voucher.gift.balance_added"
	GiftTransactionCreated     Type = "voucher.gift.transaction.created"
	ValidationRuleCreated      Type = "business_validation_rule.created"
	ValidationRuleUpdated      Type = "business_validation_rule.updated"
	ValidationRuleDeleted      Type = "business_validation_rule.deleted"
	ValidationRuleAssigned     Type = "business_validation_rule.assignment.created"
	ValidationRuleAssignmentRm Type = "business_validation_rule.assignment.deleted"
)

// Event is one entry of the outbox.
type Event struct {
	// ID is unique and sorts by time; consumers deduplicate by it, since delivery is at least once.
	ID string `json:"id"`
	// Type says what happened.
	Type Type `json:"type"`
	// CreatedAt is the instant of the operation, the same for all events of one call.
	CreatedAt time.Time `json:"created_at"`
	// EntityID is the id of the record that the event is about.
	EntityID string `json:"entity_id"`
	// GroupID is shared by all events of one call.
	GroupID string `json:"group_id"`
	// Data is the payload, with the keys of Voucherify's event reference.
	Data json.RawMessage `json:"data"`
}
