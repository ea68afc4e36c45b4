package formula

// Operand is the name of a value that a formula can mention, as it stands in the text. The comment of each says which
// Value Env has to return: money is in major units (Minor converts), quantities are whole numbers.
type Operand string

// The values of the order, available in every formula.
const (
	// OrderAmount is the amount that the discount is calculated from.
	OrderAmount Operand = "ORDER_AMOUNT"
	// OrderItemsQuantity is the number of lines.
	OrderItemsQuantity Operand = "ORDER_ITEMS_QUANTITY"
	// OrderUnitsQuantity is the sum of the lines' quantities.
	OrderUnitsQuantity Operand = "ORDER_UNITS_QUANTITY"
	// BundleQuantity is the number of bundles found in the order.
	BundleQuantity Operand = "order.bundle.quantity"
)

// The values of a line, only for discounts of products: the line that the discount is calculated for, the cheapest and
// the most expensive one. Price is per unit, Amount is before and Subtotal after the discounts that came earlier.
const (
	OrderItemPrice         Operand = "ORDER_ITEM_PRICE"
	OrderItemAmount        Operand = "ORDER_ITEM_AMOUNT"
	OrderItemSubtotal      Operand = "ORDER_ITEM_SUBTOTAL"
	OrderItemUnitsQuantity Operand = "ORDER_ITEM_UNITS_QUANTITY"

	CheapestOrderItemPrice         Operand = "CHEAPEST_ORDER_ITEM_PRICE"
	CheapestOrderItemAmount        Operand = "CHEAPEST_ORDER_ITEM_AMOUNT"
	CheapestOrderItemSubtotal      Operand = "CHEAPEST_ORDER_ITEM_SUBTOTAL"
	CheapestOrderItemUnitsQuantity Operand = "CHEAPEST_ORDER_ITEM_UNITS_QUANTITY"

	MostExpensiveOrderItemPrice         Operand = "MOST_EXPENSIVE_ORDER_ITEM_PRICE"
	MostExpensiveOrderItemAmount        Operand = "MOST_EXPENSIVE_ORDER_ITEM_AMOUNT"
	MostExpensiveOrderItemSubtotal      Operand = "MOST_EXPENSIVE_ORDER_ITEM_SUBTOTAL"
	MostExpensiveOrderItemUnitsQuantity Operand = "MOST_EXPENSIVE_ORDER_ITEM_UNITS_QUANTITY"
)

// The values of the voucher or promotion tier, only for discounts.
const (
	// VoucherRedemptionQuantity is the redemption limit; a voucher without a limit has no value.
	VoucherRedemptionQuantity Operand = "VOUCHER_REDEMPTION_QUANTITY"
	// VoucherRedeemedQuantity is the number of redemptions so far.
	VoucherRedeemedQuantity Operand = "VOUCHER_REDEEMED_QUANTITY"
	// VoucherPublishCount is how often the voucher was given to a customer: 0 or 1 for a unique code.
	VoucherPublishCount Operand = "VOUCHER_PUBLISH_COUNT"
	// VoucherStartDate and VoucherExpirationDate are instants; a voucher without them has no value.
	VoucherStartDate      Operand = "VOUCHER_START_DATE"
	VoucherExpirationDate Operand = "VOUCHER_EXPIRATION_DATE"
	// PromotionTierStartDate and PromotionTierExpirationDate are instants; a tier without them has no value.
	PromotionTierStartDate      Operand = "PROMOTION_TIER_START_DATE"
	PromotionTierExpirationDate Operand = "PROMOTION_TIER_EXPIRATION_DATE"
)

// The dates. Today and CustomerBirthdate are days: when Env gives an instant, it is the day that the instant's own
// location shows, so that a birthdate parsed as midnight UTC does not slip to the day before in America.
const (
	CustomerBirthdate Operand = "CUSTOMER_BIRTHDATE"
	Today             Operand = "TODAY"
	// Now is an instant; its location is the zone of all calendar computations.
	Now Operand = "NOW"
)

// knownOperands is every operand of the language: a name that is not here is refused by Parse.
var knownOperands = map[Operand]bool{
	OrderAmount: true, OrderItemsQuantity: true, OrderUnitsQuantity: true, BundleQuantity: true,
	OrderItemPrice: true, OrderItemAmount: true, OrderItemSubtotal: true, OrderItemUnitsQuantity: true,
	CheapestOrderItemPrice: true, CheapestOrderItemAmount: true,
	CheapestOrderItemSubtotal: true, CheapestOrderItemUnitsQuantity: true,
	MostExpensiveOrderItemPrice: true, MostExpensiveOrderItemAmount: true,
	MostExpensiveOrderItemSubtotal: true, MostExpensiveOrderItemUnitsQuantity: true,
	VoucherRedemptionQuantity: true, VoucherRedeemedQuantity: true, VoucherPublishCount: true,
	VoucherStartDate: true, VoucherExpirationDate: true,
	PromotionTierStartDate: true, PromotionTierExpirationDate: true,
	CustomerBirthdate: true, Today: true, Now: true,
}

// Group is the name of a metadata function, as it stands in the text before ("key").
type Group string

// The metadata that a formula can read. Redeemable is the voucher or the promotion tier; redeemable, redemption and
// publication metadata are only for discounts, the item groups only for discounts of products.
const (
	OrderMetadata       Group = "ORDER_METADATA"
	RedeemableMetadata  Group = "REDEEMABLE_METADATA"
	CustomerMetadata    Group = "CUSTOMER_METADATA"
	RedemptionMetadata  Group = "REDEMPTION_METADATA"
	PublicationMetadata Group = "PUBLICATION_METADATA"

	OrderItemMetadata                     Group = "ORDER_ITEM_METADATA"
	OrderItemProductMetadata              Group = "ORDER_ITEM_PRODUCT_METADATA"
	CheapestOrderItemMetadata             Group = "CHEAPEST_ORDER_ITEM_METADATA"
	CheapestOrderItemProductMetadata      Group = "CHEAPEST_ORDER_ITEM_PRODUCT_METADATA"
	MostExpensiveOrderItemMetadata        Group = "MOST_EXPENSIVE_ORDER_ITEM_METADATA"
	MostExpensiveOrderItemProductMetadata Group = "MOST_EXPENSIVE_ORDER_ITEM_PRODUCT_METADATA"
)

// knownGroups is every metadata function of the language.
var knownGroups = map[Group]bool{
	OrderMetadata: true, RedeemableMetadata: true, CustomerMetadata: true,
	RedemptionMetadata: true, PublicationMetadata: true,
	OrderItemMetadata: true, OrderItemProductMetadata: true,
	CheapestOrderItemMetadata: true, CheapestOrderItemProductMetadata: true,
	MostExpensiveOrderItemMetadata: true, MostExpensiveOrderItemProductMetadata: true,
}
