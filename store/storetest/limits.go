package storetest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

func limitCases() []testCase {
	return []testCase{
		{"names, keys and details of the largest length are told apart by their last byte", testLongest},
		{"bodies, answers and events of the largest size come back whole", testLargest},
		{"a plan of 500 counters, 500 records and 500 events is carried out whole or not at all", testWidePlan},
		{"a snapshot of 30 vouchers and 500 counters is complete", testWideSnapshot},
		{"empty bodies and every character of Unicode come back as they were written", testCharacters},
		{"amounts at the ends of their range are exact", testExtremes},
	}
}

// longest returns a text of a length that ends in a mark. Its characters are of two bytes, so that a store that counts
// characters, and one that counts bytes, both have to have room for it.
func longest(length int, mark string) string {
	text := strings.Repeat("ß", length/2)
	return text[:(length-len(mark))&^1] + strings.Repeat("x", (length-len(mark))&1) + mark
}

func testLongest(b *bundle) {
	marks := []string{"a", "b", "B"}
	counter := func(mark string) redemption.CounterKey {
		return redemption.CounterKey{
			Metric: redemption.CounterMetric(longest(store.MaxWord, mark)), Subject: longest(store.MaxName, mark),
			Customer: longest(store.MaxName, mark), Detail: longest(store.MaxKey, mark),
		}
	}
	plan := &redemption.Plan{}
	for i, mark := range marks {
		name := longest(store.MaxName, mark)
		doc := keyed(record.Order, name, longest(store.MaxKey, mark))
		doc.Parent = name
		b.put(doc)
		plan.Consume = append(plan.Consume, raising(counter(mark), int64(i)+1))
		b.apply(&redemption.Plan{Outcome: answering(longest(store.MaxWord, mark), name, fmt.Sprint(i))})
	}
	b.apply(plan)
	for i, mark := range marks {
		name, verb := longest(store.MaxName, mark), longest(store.MaxWord, mark)
		b.same("the record by id", name, b.get(record.Order, name).ID)
		b.same("the record by key", name, b.find(record.Order, longest(store.MaxKey, mark)).ID)
		b.same("the record by parent", []string{name}, b.list(record.Order, store.Query{Parent: name}))
		b.same("the counter", int64(i)+1, b.counter(counter(mark)))
		got := b.snapshot(redemption.Needs{OutcomeVerb: verb, OutcomeKey: name}).Outcome
		b.same("the outcome", answering(verb, name, fmt.Sprint(i)), got)
	}
	b.refused(store.ErrExists, b.putting(keyed(record.Order, "other", longest(store.MaxKey, "a"))))
}

func testLargest(b *bundle) {
	text := func(size int) json.RawMessage {
		const frame = `{"text":""}`
		return json.RawMessage(`{"text":"` + longest(size-len(frame), "!") + `"}`)
	}
	for _, size := range []int{1 << 16, 1 << 20, store.MaxBody} {
		doc := document(record.Order, fmt.Sprint("ord_", size), 0)
		doc.Body = text(size)
		b.put(doc)
		b.same("the length of the body", size, len(b.get(record.Order, doc.ID).Body))
		plan := &redemption.Plan{Outcome: answering("redeem", doc.ID, string(text(size))), Events: []event.Event{happening(size)}}
		plan.Events[0].Data = text(size)
		b.apply(plan)
		got := b.snapshot(redemption.Needs{OutcomeVerb: "redeem", OutcomeKey: doc.ID}).Outcome
		if got == nil || len(got.Answer) != size {
			b.Errorf("the answer of %d bytes did not come back", size)
		}
	}
	for _, entry := range b.outbox(0) {
		if len(entry.Event.Data) < 1<<16 {
			b.Errorf("event %s came back with %d bytes", entry.Event.ID, len(entry.Event.Data))
		}
	}
}

// wide is the number of lines of the largest order: as many products may be new, and as many quotas counted.
const wide = order.MaxItems

func testWidePlan(b *bundle) {
	plan := func(last redemption.Consume) *redemption.Plan {
		p := &redemption.Plan{Outcome: answering("redeem", "wide", `{}`)}
		for i := range wide {
			p.Consume = append(p.Consume, within(counting(redemption.CountQuota, fmt.Sprintf("camp_%03d", i)), 2, 2))
			p.Writes = append(p.Writes, keyed(record.Product, fmt.Sprintf("prod_%03d", i), fmt.Sprintf("source_id:%03d", i)))
			p.Events = append(p.Events, happening(i))
		}
		p.Consume[wide-1] = last
		return p
	}
	final := counting(redemption.CountQuota, fmt.Sprintf("camp_%03d", wide-1))
	b.refused(store.ErrGuard, b.applying(plan(within(final, 3, 2))))
	b.same("the store after the refusal", 0, len(b.list(record.Product, store.Query{}))+len(b.outbox(0)))
	b.apply(plan(within(final, 2, 2)))
	b.same("records", wide, len(b.list(record.Product, store.Query{})))
	for i, entry := range b.outbox(0) {
		b.same("an event", happening(i).ID, entry.Event.ID)
	}
	b.refused(store.ErrGuard, b.applying(plan(within(final, 1, 2))))
}

func testWideSnapshot(b *bundle) {
	needs := redemption.Needs{Templates: templates()}
	plan := &redemption.Plan{}
	for i := range redemption.MaxRedeemables {
		code := fmt.Sprintf("CODE%02d", i)
		b.put(b.voucher(fmt.Sprintf("v_%02d", i), code, ""))
		needs.Vouchers = append(needs.Vouchers, code)
		plan.Consume = append(plan.Consume, raising(counting(redemption.CountVoucher, fmt.Sprintf("v_%02d", i)), 1))
		b.put(b.redemption(fmt.Sprintf("r_%02d", i), ""))
		needs.Redemptions = append(needs.Redemptions, fmt.Sprintf("r_%02d", i))
	}
	for i := range wide {
		key := redemption.CounterKey{Metric: redemption.CountQuota, Subject: "camp_1", Detail: fmt.Sprintf("product:%03d", i)}
		needs.Counters = append(needs.Counters, key)
		plan.Consume = append(plan.Consume, raising(key, int64(i)+1))
	}
	b.apply(plan)
	snapshot := b.snapshot(needs)
	b.same("vouchers", redemption.MaxRedeemables, len(snapshot.Vouchers))
	b.same("redemptions", redemption.MaxRedeemables, len(snapshot.Redemptions))
	b.same("counters", wide+redemption.MaxRedeemables, len(snapshot.Counters))
	for i, key := range needs.Counters {
		if got := snapshot.Counters[key]; got != int64(i)+1 {
			b.Errorf("counter %s is %d, want %d", key, got, i+1)
		}
	}
	b.view(func(r store.Reader) error {
		counters, err := r.Counters(b.ctx, needs.Counters)
		b.same("counters by themselves", wide, len(counters))
		return err
	})
}

func testCharacters(b *bundle) {
	for i, body := range []string{`{}`, `[]`, `null`, `""`, `0`, `{"":""}`} {
		doc := document(record.Order, fmt.Sprintf("ord_%d", i), 0)
		doc.Body = json.RawMessage(body)
		b.put(doc)
	}
	var every strings.Builder
	for _, r := range []rune{
		1, '\t', '\n', '\r', 0x1f, ' ', '"', '%', '\'', '\\', '_', '`', 0x7f, 0x80, 'é', 0x301, 0x200b, 0x200d, 0x2028, 0xfeff, 0xfffd,
		0xffff, 0x10000, 0x1f39f, 0x1f468, 0x10ffff,
	} {
		every.WriteRune(r)
	}
	name := every.String()
	body, err := json.Marshal(metadata.Map{"text": name})
	if err != nil {
		b.Fatal(err)
	}
	doc := keyed(record.Customer, name, record.Key("source_id", name))
	doc.Parent, doc.Body = name, body
	plan := &redemption.Plan{
		Consume: []redemption.Consume{raising(redemption.CounterKey{Metric: "m", Subject: name, Customer: name, Detail: name}, 1)},
		Writes:  []record.Document{doc}, Outcome: answering("redeem", name, string(body)), Events: []event.Event{happening(1)},
	}
	plan.Events[0].EntityID, plan.Events[0].GroupID, plan.Events[0].Data = name, name, body
	b.apply(plan)
	b.same("by id", following(doc, 1), b.get(record.Customer, name))
	b.same("by key", following(doc, 1), b.find(record.Customer, record.Key("source_id", name)))
	b.same("by parent", []string{name}, b.list(record.Customer, store.Query{Parent: name}))
	b.same("the counter", int64(1), b.counter(plan.Consume[0].Key))
	b.same("the event", plan.Events[0], b.outbox(0)[0].Event)
}

func testExtremes(b *bundle) {
	key := counting(redemption.SumCampaignDiscount, "camp_1")
	b.apply(&redemption.Plan{Consume: []redemption.Consume{within(key, money.Max, money.Max)}})
	b.same("the largest amount", int64(money.Max), b.counter(key))
	b.refused(store.ErrGuard, b.applying(&redemption.Plan{Consume: []redemption.Consume{within(key, 1, money.Max)}}))
	b.apply(&redemption.Plan{Consume: []redemption.Consume{raising(key, -money.Max)}})
	b.same("all of it given back", int64(0), b.counter(key))
	doc := document(record.Order, "ord_1", 0)
	doc.Body = json.RawMessage(fmt.Sprintf(`{"amount":%d,"least":-%d,"ratio":0.1}`, int64(money.Max), int64(money.Max)))
	b.put(doc)
	b.same("an amount in a body", following(doc, 1), b.get(record.Order, "ord_1"))
}
