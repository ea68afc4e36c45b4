package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// The parts of a snapshot, as its rows are marked.
const (
	partRevision = iota
	partVoucher
	partCustomer
	partOrder
	partRedemption
	partCounter
	partOutcome
)

// reference says how a customer or an order is named.
type reference int

const (
	absent reference = iota
	byID
	byKey
)

// needed is the shape of a snapshot: the parts that its statement has.
type needed struct {
	vouchers, templates, figures, redemptions, counters, outcome bool
	customer, order                                              reference
}

// Snapshot reads everything with one statement, which sees one point in time on every database and isolation level.
func (r *reader) Snapshot(ctx context.Context, needs redemption.Needs) (*redemption.Snapshot, error) {
	shape, values := r.shape(&needs)
	call := r.texts.snapshot(shape).call(values...)
	a := assembly{reader: r, snapshot: &redemption.Snapshot{}, counters: map[redemption.CounterKey]int64{}}
	if len(needs.Vouchers) > 0 {
		a.snapshot.Vouchers = make(map[string]*voucher.Voucher, len(needs.Vouchers))
	}
	if len(needs.Redemptions) > 0 {
		a.snapshot.Redemptions = map[string]*redemption.Redemption{}
	}
	call.Row = a.add
	if err := r.run(ctx, "snapshot", call); err != nil {
		return nil, err
	}
	if a.failure != nil {
		return nil, a.failure
	}
	if o := a.snapshot.Outcome; o != nil {
		o.Verb, o.Key = needs.OutcomeVerb, needs.OutcomeKey
	}
	// A voucher whose code was found may also have brought the counters of another one, which has that code as its id.
	a.snapshot.Counters = make(map[redemption.CounterKey]int64, len(a.counters))
	for _, key := range needs.Keys(a.snapshot.Vouchers, a.customerID, a.orderID) {
		if value := a.counters[key]; value != 0 {
			a.snapshot.Counters[key] = value
		}
	}
	return a.snapshot, nil
}

// shape returns the parts that needs come to, and their parameters. Names that no record can have are left out.
func (r *reader) shape(needs *redemption.Needs) (needed, []any) {
	var shape needed
	values := []any{r.project}
	codes := Tuples{relation: codesRelation}
	asked := make(map[string]bool, len(needs.Vouchers))
	for _, name := range needs.Vouchers {
		if storable(name, store.MaxName) && !asked[name] {
			asked[name] = true
			codes.rows = append(codes.rows, []any{name})
		}
	}
	if shape.vouchers = len(codes.rows) > 0; shape.vouchers {
		values = append(values, codes)
	}
	var name string
	if shape.customer, name = named(needs.CustomerID, needs.CustomerSourceID); shape.customer != absent {
		values = append(values, name)
	}
	if shape.order, name = named(needs.OrderID, needs.OrderSourceID); shape.order != absent {
		values = append(values, name)
	}
	traces := Tuples{relation: tracesRelation}
	for _, id := range needs.Redemptions {
		if storable(id, store.MaxName) {
			traces.rows = append(traces.rows, []any{id})
		}
	}
	if shape.redemptions = len(traces.rows) > 0; shape.redemptions {
		values = append(values, traces)
	}
	counters := countersOf(needs.Counters)
	if shape.counters = len(counters.rows) > 0; shape.counters {
		values = append(values, counters)
	}
	templates := templatesOf(needs.Templates, shape)
	if shape.templates = len(templates.rows) > 0; shape.templates {
		values = append(values, templates)
	}
	figures := figuresOf(needs.Templates, shape)
	if shape.figures = len(figures.rows) > 0; shape.figures {
		values = append(values, figures)
	}
	shape.outcome = needs.OutcomeKey != "" && storable(needs.OutcomeKey, store.MaxName) && storable(needs.OutcomeVerb, store.MaxWord)
	if shape.outcome {
		values = append(values, needs.OutcomeVerb, needs.OutcomeKey)
	}
	return shape, values
}

// named says how a record is named, and by what: by its id or, when that is empty, by the identifier of the shop.
func named(id, sourceID string) (reference, string) {
	switch {
	case id != "" && storable(id, store.MaxName):
		return byID, id
	case id == "" && sourceID != "" && storable(sourceID, store.MaxName):
		return byKey, record.Key("source_id", sourceID)
	}
	return absent, ""
}

// templatesOf returns the templates of vouchers that can have counters: there must be vouchers, and whoever they belong to.
func templatesOf(templates []redemption.CounterTemplate, shape needed) Tuples {
	tuples := Tuples{relation: templatesRelation}
	for _, t := range templates {
		if t.OfCustomer || !shape.vouchers || !storable(t.Detail, store.MaxName) || (t.PerCustomer && shape.customer == absent) || (t.PerOrder && shape.order == absent) {
			continue
		}
		tuples.rows = append(tuples.rows, []any{string(t.Metric), number(t.OfCampaign), number(t.PerCustomer), number(t.PerOrder), t.Detail})
	}
	return tuples
}

// figuresOf returns the templates of the customer.
func figuresOf(templates []redemption.CounterTemplate, shape needed) Tuples {
	tuples := Tuples{relation: figuresRelation}
	for _, t := range templates {
		if t.OfCustomer && shape.customer != absent && storable(t.Detail, store.MaxName) {
			tuples.rows = append(tuples.rows, []any{string(t.Metric), t.Detail})
		}
	}
	return tuples
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// snapshot returns the statement of a shape.
func (x *Texts) snapshot(shape needed) *statement {
	if known, ok := x.snapshots.Load(shape); ok {
		return known.(*statement)
	}
	compiled, _ := x.snapshots.LoadOrStore(shape, x.compileSnapshot(shape))
	return compiled.(*statement)
}

func (x *Texts) compileSnapshot(shape needed) *statement {
	sql := &x.dialect.SQL
	params := []string{"project"}
	var with []string
	parts := []string{`SELECT 0 AS part, '' AS a, '' AS b, '' AS c, '' AS d, h.value AS n, '' AS body
		FROM @heads h WHERE h.project = :project AND h.name = 'revision'`}
	if shape.vouchers {
		params = append(params, "codes")
		with = append(with, `found AS (SELECT codes.name AS asked, d.id, d.version, d.names, `+sql.BodyText+` AS body,
				COALESCE(NULLIF(`+sql.CampaignOf+`, ''), d.id) AS campaign
			FROM #codes `+
			sql.Lookup("LEFT JOIN", "@names", "n", "n.id", `n.project = :project AND n.kind = 'voucher' AND n.name = `+sql.CodeKey)+
			sql.record("LEFT JOIN", "c", "voucher", "n.id")+
			sql.record("JOIN", "d", "voucher", "COALESCE(c.id, codes.name)")+`)`)
		parts = append(parts, `SELECT 1, asked, id, names, '', version, body FROM found`)
	}
	if shape.customer != absent {
		params = append(params, "customer")
		with = append(with, `buyer AS (`+sql.named("customer", shape.customer)+`)`)
		parts = append(parts, `SELECT 2, '', id, names, '', version, body FROM buyer`)
	}
	if shape.order != absent {
		params = append(params, "order")
		with = append(with, `basket AS (`+sql.named("order", shape.order)+`)`)
		parts = append(parts, `SELECT 3, '', id, names, '', version, body FROM basket`)
	}
	if shape.redemptions {
		params = append(params, "traces")
		with = append(with,
			`elders (id) AS (SELECT traces.id FROM #traces UNION SELECT `+sql.ParentOf+` FROM #traces `+
				sql.record("JOIN", "d", "redemption", "traces.id")+`)`,
			`family (id) AS (SELECT elders.id FROM elders UNION SELECT `+sql.ChildID+` FROM elders `+
				sql.record("JOIN", "d", "redemption", "elders.id")+sql.ChildrenOf+`)`)
		parts = append(parts, `SELECT 4, '', d.id, d.names, '', d.version, `+sql.BodyText+` FROM family `+
			sql.record("JOIN", "d", "redemption", "family.id"))
	}
	if shape.counters {
		params = append(params, "counted")
		parts = append(parts, `SELECT 5, k.metric, k.subject, k.customer, k.detail, k.value, '' FROM #counted `+
			sql.counter(counterMatch("counted")))
	}
	if shape.templates {
		params = append(params, "templates")
		parts = append(parts, sql.templatePart(shape))
	}
	if shape.figures {
		params = append(params, "figures")
		parts = append(parts, `SELECT 5, k.metric, k.subject, k.customer, k.detail, k.value, '' FROM buyer CROSS JOIN #figures `+
			sql.counter(`k.project = :project AND k.metric = figures.metric AND k.subject = buyer.id AND k.customer = ''
				AND k.detail = figures.detail`))
	}
	if shape.outcome {
		params = append(params, "verb", "key")
		parts = append(parts, `SELECT 6, o.request_hash, '', '', '', o.created_at, o.answer FROM @outcomes o
			WHERE o.project = :project AND o.verb = :verb AND o.call_key = :key`)
	}
	template := strings.Join(parts, "\nUNION ALL\n")
	if len(with) > 0 {
		template = "WITH " + strings.Join(with, ",\n") + "\n" + template
	}
	return x.dialect.compile(x.table, template, params...)
}

// named selects the customer or order that a parameter of the same name names.
func (s *SQL) named(kind string, by reference) string {
	id := `:` + kind
	if by == byKey {
		id = `(SELECT n.id FROM @names n WHERE n.project = :project AND n.kind = '` + kind + `' AND n.name = :` + kind + `)`
	}
	return `SELECT d.id, d.version, d.names, ` + s.BodyText + ` AS body FROM @documents d
		WHERE d.project = :project AND d.kind = '` + kind + `' AND d.id = ` + id + ` AND ` + visible("d")
}

// record joins a record of a kind that is not in the bin.
func (s *SQL) record(join, alias, kind, id string) string {
	of := func(column string) string { return alias + "." + column }
	return s.Lookup(join, "@documents", alias, of("id")+", "+of("version")+", "+of("names")+", "+of("body"),
		of("project")+` = :project AND `+of("kind")+` = '`+kind+`' AND `+of("id")+` = `+id+` AND `+visible(alias))
}

// templatePart joins the counters of templates with what is found.
func (s *SQL) templatePart(shape needed) string {
	customer, detail, from := `''`, `templates.detail`, `found CROSS JOIN #templates`
	if shape.customer != absent {
		customer = `CASE WHEN templates.per_customer = 1 THEN buyer.id ELSE '' END`
		from += ` LEFT JOIN buyer ON 1 = 1`
	}
	if shape.order != absent {
		detail = `CASE WHEN templates.per_order = 1 THEN basket.id ELSE templates.detail END`
		from += ` LEFT JOIN basket ON 1 = 1`
	}
	return `SELECT 5, k.metric, k.subject, k.customer, k.detail, k.value, '' FROM ` + from +
		s.counter(`k.project = :project AND k.metric = templates.metric
			AND k.subject = CASE WHEN templates.of_campaign = 1 THEN found.campaign ELSE found.id END
			AND k.customer = `+customer+` AND k.detail = `+detail)
}

// assembly turns the rows of a snapshot into one.
type assembly struct {
	reader              *reader
	snapshot            *redemption.Snapshot
	counters            map[redemption.CounterKey]int64
	customerID, orderID string
	// failure is a record that cannot be decoded: the transaction is not to blame.
	failure error
}

// add takes in one row.
func (a *assembly) add(row Row) error {
	var part, n int64
	var one, two, three, four string
	var body []byte
	if err := row.Scan(&part, &one, &two, &three, &four, &n, &body); err != nil {
		return err
	}
	s := a.snapshot
	switch part {
	case partRevision:
		s.Revision = n
	case partVoucher:
		if v, ok := decode[voucher.Voucher](a, record.Voucher, two, n, three, body); ok {
			v.Version, s.Vouchers[one] = n, v
		}
	case partCustomer:
		if c, ok := decode[customer.Customer](a, record.Customer, two, n, three, body); ok {
			c.Version, s.Customer, a.customerID = n, c, two
		}
	case partOrder:
		if o, ok := decode[order.Order](a, record.Order, two, n, three, body); ok {
			o.Version, s.Order, a.orderID = n, o, two
		}
	case partRedemption:
		if x, ok := decode[redemption.Redemption](a, record.Redemption, two, n, three, body); ok {
			x.Version, s.Redemptions[two] = n, x
		}
	case partCounter:
		a.counters[redemption.CounterKey{Metric: redemption.CounterMetric(one), Subject: two, Customer: three, Detail: four}] = n
	case partOutcome:
		s.Outcome = &redemption.Outcome{RequestHash: one, Answer: body, CreatedAt: time.UnixMicro(n).UTC()}
	}
	return nil
}

// decode returns the body of a record as a value of the domain.
func decode[T any](a *assembly, kind record.Kind, id string, version int64, names string, body []byte) (*T, bool) {
	a.reader.remember(kind, id, version, names)
	value := new(T)
	if err := json.Unmarshal(body, value); err != nil {
		a.failure = fmt.Errorf("%s: decode %s %s: %w", a.reader.texts.dialect.Name, kind, id, err)
		return nil, false
	}
	return value, true
}
