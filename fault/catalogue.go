package fault

// The keys of Voucherify's error catalogue that this engine raises. The comment of each says when.
const (
	// AlreadyRolledBack: the redemption was rolled back before; nothing is given back twice.
	AlreadyRolledBack Key = "already_rolled_back"
	// CampaignNotActive: the campaign is switched off or outside its dates.
	CampaignNotActive Key = "campaign_not_active"
	// CampaignNotAllowAutoJoin: the customer has no card of a loyalty program that takes nobody in by itself.
	CampaignNotAllowAutoJoin Key = "campaign_not_allow_auto_join"
	// CustomerRulesViolated: a rule about the customer does not hold.
	CustomerRulesViolated Key = "customer_rules_violated"
	// DuplicateFound: a unique name, code or source_id is taken, also by a record in the bin.
	DuplicateFound Key = "duplicate_found"
	// DuplicateKey: a code of an import is that of a voucher somewhere else in the project.
	DuplicateKey Key = "duplicate_key"
	// DuplicateResourceKey: an idempotency key was used before with another request.
	DuplicateResourceKey Key = "duplicate_resource_key"
	// DuplicatedRedeemables: the same redeemable stands twice in one request.
	DuplicatedRedeemables Key = "duplicated_redeemables"
	// Forbidden: the campaign of the redeemable is outside the areas and stores of the caller.
	Forbidden Key = "forbidden"
	// GiftAmountExceeded: a gift card has less on it than the credits asked for, or nothing at all.
	GiftAmountExceeded Key = "gift_amount_exceeded"
	// HolderAssignmentDuplication: the customer holds the code already. (The spelling of the key is Voucherify's.)
	HolderAssignmentDuplication Key = "holder_assignement_duplication"
	// InvalidAddBalanceParams: a top-up or withdrawal is malformed.
	InvalidAddBalanceParams Key = "invalid_add_balance_params"
	// InvalidAmount: an amount is not a valid positive number of minor units, or too large to calculate with.
	InvalidAmount Key = "invalid_amount"
	// InvalidCampaign: the campaign's parts contradict each other.
	InvalidCampaign Key = "invalid_campaign"
	// InvalidCodeConfig: the code configuration cannot produce the codes asked for.
	InvalidCodeConfig Key = "invalid_code_config"
	// InvalidCustomer: the customer is malformed or not the one the operation is about.
	InvalidCustomer Key = "invalid_customer"
	// InvalidExpirationDate: a day of expiry lies in the past, or is given where none is wanted.
	InvalidExpirationDate Key = "invalid_expiration_date"
	// InvalidExportFields: an export names a column that it does not have; details list those that it has.
	InvalidExportFields Key = "invalid_export_fields"
	// InvalidFormula: a formula cannot be parsed, or is longer or deeper than the limits.
	InvalidFormula Key = "invalid_formula"
	// InvalidGift: a gift card without its gift, credits that are not positive, or credits for something else than a gift card.
	InvalidGift Key = "invalid_gift"
	// InvalidOrder: the order is malformed or not the one the operation is about.
	InvalidOrder Key = "invalid_order"
	// InvalidPayload: a field is missing, has the wrong shape or exceeds a limit.
	InvalidPayload Key = "invalid_payload"
	// InvalidPendingPointsState: pending points were activated or canceled before, and can not be changed any more.
	InvalidPendingPointsState Key = "invalid_pending_points_state"
	// InvalidProduct and InvalidSKU: the product or SKU is malformed.
	InvalidProduct Key = "invalid_product"
	InvalidSKU     Key = "invalid_sku"
	// InvalidRedeemables: the redeemables cannot stand together: two stacks, a stack with something else, too many.
	InvalidRedeemables Key = "invalid_redeemables"
	// InvalidRedemption: the record is not a redemption that can be rolled back or returned.
	InvalidRedemption Key = "invalid_redemption"
	// InvalidRedemptionParent: the redemption is a child of a stacked redemption and the call needs its parent.
	InvalidRedemptionParent Key = "invalid_redemption_parent"
	// InvalidValidationRules: the rule's definition is broken; the field names the node.
	InvalidValidationRules Key = "invalid_validation_rules"
	// InvalidVoucher: discount, gift and type of the voucher contradict each other, or a fixed part was changed.
	InvalidVoucher Key = "invalid_voucher"
	// MetadataValidationFailed: metadata does not fit the schema of its object; details name every property that is wrong.
	MetadataValidationFailed Key = "metadata_validation_failed"
	// LoyaltyCardNotActive: the loyalty card is switched off or outside its dates.
	LoyaltyCardNotActive Key = "loyalty_card_not_active"
	// MissingAmount, MissingCustomer, MissingOrder, MissingOrderItems and MissingOrderItemsAmount: the request lacks
	// what a rule or an effect needs.
	MissingAmount           Key = "missing_amount"
	MissingCustomer         Key = "missing_customer"
	MissingOrder            Key = "missing_order"
	MissingOrderItems       Key = "missing_order_items"
	MissingOrderItemsAmount Key = "missing_order_items_amount"
	// MultipleRequests: the order or redemption is being changed by another request.
	MultipleRequests Key = "multiple_requests"
	// NoApplicableRedeemables: in mode PARTIAL none of the redeemables could be applied.
	NoApplicableRedeemables Key = "no_applicable_redeemables"
	// NotFound: no record has this id, code or name.
	NotFound Key = "not_found"
	// NotPublished: the code was not given to a customer, which what is asked needs.
	NotPublished Key = "not_published"
	// NotSupported: the request names a part of Voucherify that this version of the engine does not have.
	NotSupported Key = "not_supported"
	// OrderRulesViolated: a rule about the order does not hold.
	OrderRulesViolated Key = "order_rules_violated"
	// PromotionInactive: the tier or its campaign is disabled.
	PromotionInactive Key = "promotion_inactive"
	// PromotionNotActiveNow: the tier is outside its dates, days or hours.
	PromotionNotActiveNow Key = "promotion_not_active_now"
	// QuantityExceeded: the voucher's redemption limit is used up.
	QuantityExceeded Key = "quantity_exceeded"
	// RedemptionRulesViolated: a limit, budget or rule about the redemption does not hold.
	RedemptionRulesViolated Key = "redemption_rules_violated"
	// ReferrerNotPermittedToRedeem: a referral code is used by its referrer, or by somebody who has brought the referrer.
	ReferrerNotPermittedToRedeem Key = "referrer_not_permitted_to_redeem"
	// ResourceInUse: the record cannot be deleted while others refer to it.
	ResourceInUse Key = "resource_in_use"
	// ResourceProtected: the campaign is protected from changes.
	ResourceProtected Key = "resource_protected"
	// StackingRulesExist: the project has its set of stacking rules already.
	StackingRulesExist Key = "stacking_rules_exist"
	// VoucherAlreadyPublished: the code was given to a customer before; a generic code, to the same customer.
	VoucherAlreadyPublished Key = "voucher_already_published"
	// VoucherDisabled: the voucher or its campaign is disabled.
	VoucherDisabled Key = "voucher_disabled"
	// VoucherExpired: the voucher's expiration date has passed.
	VoucherExpired Key = "voucher_expired"
	// VoucherNotActive: the voucher's start date has not come.
	VoucherNotActive Key = "voucher_not_active"
	// VoucherNotActiveNow: the voucher is outside its timeframe, days or hours.
	VoucherNotActiveNow Key = "voucher_not_active_now"
)

// The keys of publications.
const (
	// DuplicateSourceID: a publication with the source_id exists, for another customer or for another campaign or code; or the card
	// has an entry with the source_id and another amount.
	DuplicateSourceID Key = "duplicate_source_id"
	// MissingVouchers: the publication names neither a code nor a campaign.
	MissingVouchers Key = "missing_vouchers"
	// NoVoucherSuitableForPublication: the code is disabled, or the campaign has too few codes to give out.
	NoVoucherSuitableForPublication Key = "no_voucher_suitable_for_publication"
	// TooManyVouchersRequested: more codes than one publication may give out.
	TooManyVouchersRequested Key = "too_many_vouchers_requested"
	// VoucherCannotBePublished: the campaign gives one code to each customer, and this one has it.
	VoucherCannotBePublished Key = "voucher_cannot_be_published"
)

// The keys of templates and rewards.
const (
	// CampaignTypeNotSupportedByTemplate: templates are made of coupon and gift campaigns and of promotion tiers, and one of gift
	// cards makes no tier.
	CampaignTypeNotSupportedByTemplate Key = "campaign_type_is_not_supported_by_campaign_template"
	// InvalidBalance: a reward of gift cards or points gives none, or a coupon has a balance.
	InvalidBalance Key = "invalid_balance"
	// LoyaltyCardPointsExceeded: the card has fewer points than the reward costs or than were asked for.
	LoyaltyCardPointsExceeded Key = "loyalty_card_points_exceeded"
	// MissingParam: a reward is assigned without a price.
	MissingParam Key = "missing_param"
	// MissingReward: a loyalty card is redeemed without a reward.
	MissingReward Key = "missing_reward"
	// OutOfStock: all of a product were given out.
	OutOfStock Key = "out_of_stock"
)

// The keys of redeemables that were skipped: not tried, or not kept, because of the others in the request.
const (
	ApplicableRedeemablesLimitExceeded                     Key = "applicable_redeemables_limit_exceeded"
	ApplicableRedeemablesPerCategoryLimitExceeded          Key = "applicable_redeemables_per_category_limit_exceeded"
	ApplicableExclusiveRedeemablesLimitExceeded            Key = "applicable_exclusive_redeemables_limit_exceeded"
	ApplicableExclusiveRedeemablesPerCategoryLimitExceeded Key = "applicable_exclusive_redeemables_per_category_limit_exceeded"
	ExclusionRulesNotMet                                   Key = "exclusion_rules_not_met"
	PrecedingValidationFailed                              Key = "preceding_validation_failed"
	NoEffect                                               Key = "no_effect"
)

type entry struct {
	code    int
	message string
}

var catalogue = map[Key]entry{
	AlreadyRolledBack:         {400, "Redemption has been already rolled back."},
	CampaignNotActive:         {400, "Campaign is not active"},
	CampaignNotAllowAutoJoin:  {400, "Campaign does not allow auto join"},
	CustomerRulesViolated:     {400, "customer does not match validation rules"},
	DuplicateFound:            {409, "Duplicate resource found"},
	DuplicateKey:              {400, "Duplicated key"},
	DuplicateResourceKey:      {409, "Resource key is already in use"},
	DuplicatedRedeemables:     {400, "Duplicated redeemables"},
	Forbidden:                 {403, "Forbidden"},
	GiftAmountExceeded:        {400, "gift amount exceeded"},
	InvalidAddBalanceParams:   {400, "Invalid add balance params"},
	InvalidAmount:             {400, "Amount has to be a valid positive number"},
	InvalidCampaign:           {400, "Invalid campaign"},
	InvalidCodeConfig:         {400, "Invalid code config"},
	InvalidCustomer:           {400, "Invalid customer"},
	InvalidExpirationDate:     {400, "Invalid expiration date"},
	InvalidExportFields:       {400, "Invalid export fields"},
	InvalidFormula:            {400, "Invalid formula"},
	InvalidGift:               {400, "Invalid gift"},
	InvalidOrder:              {400, "Invalid order"},
	InvalidPayload:            {400, "Invalid payload"},
	InvalidProduct:            {400, "Invalid product"},
	InvalidSKU:                {400, "Invalid SKU"},
	InvalidRedeemables:        {400, "Invalid redeemables"},
	InvalidRedemption:         {400, "Invalid redemption"},
	InvalidRedemptionParent:   {400, "Invalid redemption parent"},
	InvalidValidationRules:    {400, "Invalid Validation Rule Definition"},
	InvalidVoucher:            {400, "Invalid voucher"},
	LoyaltyCardNotActive:      {400, "Loyalty card is not active"},
	MissingAmount:             {400, "Missing amount"},
	MissingCustomer:           {400, "Missing customer"},
	MissingOrder:              {400, "Missing order"},
	MissingOrderItems:         {400, "Missing order items"},
	MissingOrderItemsAmount:   {400, "Missing applicable order items"},
	MultipleRequests:          {400, "Multiple requests"},
	NoApplicableRedeemables:   {400, "No applicable redeemables"},
	NotFound:                  {404, "Resource not found"},
	NotSupported:              {400, "Not supported"},
	OrderRulesViolated:        {400, "order does not match validation rules"},
	PromotionInactive:         {400, "Inactive Promotion"},
	PromotionNotActiveNow:     {400, "promotion not active now"},
	QuantityExceeded:          {400, "quantity exceeded"},
	RedemptionRulesViolated:   {400, "redemption does not match validation rules"},
	ResourceInUse:             {400, "Resource in use"},
	ResourceProtected:         {400, "Resource is protected"},
	StackingRulesExist:        {409, "Stacking rules exist"},
	VoucherAlreadyPublished:   {400, "voucher is already published"},
	VoucherDisabled:           {400, "voucher is disabled"},
	VoucherExpired:            {400, "voucher expired"},
	VoucherNotActive:          {400, "voucher not active"},
	VoucherNotActiveNow:       {400, "voucher not active now"},
	InvalidPendingPointsState: {400, "Invalid pending points state"},
	NotPublished:              {400, "Voucher is not published"},

	HolderAssignmentDuplication:     {409, "Duplicate holder assignment"},
	ReferrerNotPermittedToRedeem:    {400, "voucher cannot be redeemed by referrer"},
	MetadataValidationFailed:        {400, "Metadata validation failed"},
	DuplicateSourceID:               {400, "Duplicate source id"},
	MissingVouchers:                 {400, "Missing vouchers"},
	NoVoucherSuitableForPublication: {400, "No voucher suitable for publication"},
	TooManyVouchersRequested:        {400, "Too many vouchers requested"},
	VoucherCannotBePublished:        {400, "Voucher cannot be published"},

	CampaignTypeNotSupportedByTemplate: {400, "Campaign of the given type is not supported by campaign template"},
	InvalidBalance:                     {400, "Invalid balance"},
	LoyaltyCardPointsExceeded:          {400, "loyalty card points exceeded"},
	MissingParam:                       {400, "Missing param"},
	MissingReward:                      {400, "Missing reward"},
	OutOfStock:                         {400, "Out of stock"},

	ApplicableRedeemablesLimitExceeded:                     {400, "Applicable redeemables limit exceeded"},
	ApplicableRedeemablesPerCategoryLimitExceeded:          {400, "Applicable redeemables limit per category exceeded"},
	ApplicableExclusiveRedeemablesLimitExceeded:            {400, "Applicable exclusive redeemables limit exceeded"},
	ApplicableExclusiveRedeemablesPerCategoryLimitExceeded: {400, "Applicable exclusive redeemables limit per category exceeded"},
	ExclusionRulesNotMet:                                   {400, "Redeemable cannot be applied due to exclusion rules"},
	PrecedingValidationFailed:                              {400, "Redeemable cannot be applied due to preceding validation failure"},
	NoEffect:                                               {400, "Redeemable cannot be applied due to no effect"},
}
