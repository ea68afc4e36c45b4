// Package mutants owns the proof that the tests bite: a list of planted mistakes, each of which must fail a test that is
// named with it. `go test -tags mutants ./internal/mutants` plants them one by one, in an overlay: no file is changed.
//
// It refuses to be a search for mistakes: every mutant stands for one mechanism of docs/invariants.md.
package mutants

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// mutant is one mistake.
type mutant struct {
	// name says what is wrong.
	name string
	// file is the path in the module; old occurs in it exactly once, and new takes its place.
	file, old, new string
	// pkg and test are the test that has to fail, as go test takes them: a package and a pattern for -run.
	pkg, test string
}

// apply returns the file with the mistake in it.
func (m mutant) apply(module fs.FS) (string, error) {
	text, err := fs.ReadFile(module, m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return "", fmt.Errorf("%s has the text of the mutant %q %d times, want once: %s", m.file, m.name, n, m.old)
	}
	return strings.Replace(string(text), m.old, m.new, 1), nil
}

// answerFirst stores the answer of a redeem in a transaction of its own, before its effects.
const answerFirst = `	outcome := plan.Outcome
	plan.Outcome = nil
	if outcome != nil {
		err := e.store.Update(ctx, func(tx store.Tx) error { return tx.Apply(ctx, &redemption.Plan{Outcome: outcome}) })
		if err != nil {
			return err
		}
	}
` + applied

// applied is where the calls that decide apply their plans.
const applied = `	if err := tx.Apply(ctx, plan); err != nil {
		return err
	}
	op.ids.Skip`

// all is the list of the mistakes.
var all = slices.Concat(mistakes, pointMistakes)

var mistakes = []mutant{
	// Counters.
	{
		"the guard of a counter is dropped", "store/memory/tx.go",
		"case next.value > limit:", "case false:",
		"./store/memory", "TestContract/contention/16_workers_get_exactly_2",
	},
	{
		"a limit is one too high", "store/memory/tx.go",
		"case next.value > limit:", "case next.value > limit+1:",
		"./store/memory", "TestContract/guards",
	},
	{
		"a counter can fall below 0", "store/memory/tx.go",
		"case next.value < 0:", "case false:",
		"./store/memory", "TestContract/guards",
	},
	{
		"a counter goes down instead of up", "store/memory/tx.go",
		"next.value += change.Delta", "next.value -= change.Delta",
		"./store/memory", "TestContract/guards",
	},
	{
		"the counters of a plan are not sorted", "redemption/plan.go",
		"slices.SortStableFunc(p.Consume, func(a, b Consume) int { return a.Key.Compare(b.Key) })", "",
		"./store/memory", "TestContract/guards",
	},
	{
		"of two limits of one counter the weaker counts", "redemption/plan.go",
		"most = min(most, *later.Limit)", "most = max(most, *later.Limit)",
		"./store/memory", "TestContract/guards",
	},
	{
		"a writer goes on from what it has read instead of the latest state", "store/memory/tx.go",
		"t.state = t.store.published.Load().fork()", "t.state = t.state.fork()",
		"./store/memory", "TestContract/contention",
	},
	{
		"the guard of a counter is dropped from the statement", "store/sqlite/dialect.go",
		"WHERE k.value <= excluded.maximum - excluded.value", "WHERE 1 = 1",
		"./store/sqlite", "TestContract/sqlite$/guards",
	},
	// Records.
	{
		"a stale version is accepted", "store/memory/tx.go",
		"case stored != nil && doc.Version != stored.document.Version:", "case false:",
		"./store/memory", "TestContract/documents",
	},
	{
		"a stale version is accepted by the statement", "store/sqlite/dialect.go",
		" AND d.id = given.id AND d.version = given.version", " AND d.id = given.id",
		"./store/sqlite", "TestContract/sqlite$/documents",
	},
	{
		"a key can belong to two records", "store/memory/tx.go",
		"owner != nil && owner != stored", "owner != nil && owner == nil",
		"./store/memory", "TestContract/identity",
	},
	{
		"a change of the configuration does not raise the revision", "store/memory/tx.go",
		"t.state.revision++", "",
		"./store/memory", "TestContract/the_engine$",
	},
	// Idempotency.
	{
		"the outcome is stored outside the transaction", "audience.go",
		applied, answerFirst,
		"./store/memory", "TestContract/the_engine_under_faults/the_redeem_of_one_code",
	},
	{
		"the same key answers another request", "redeem.go",
		"if sum != outcome.RequestHash {", "if sum == \"\" {",
		"./store/memory", "TestContract/the_engine_under_races/of_16_workers_with_one_key",
	},
	{
		"a second outcome replaces the first", "store/memory/tx.go",
		"if _, ok := t.state.outcomes.Get(outcome); ok {", "if false {",
		"./store/memory", "TestContract/plans",
	},
	{
		"a lost race is not run again", "mutate.go",
		"case !store.Retryable(err) || attempt >= e.options.attempts:", "case true:",
		"./store/memory", "TestContract/the_engine_under_faults/the_redeem_of_one_code/a_collision",
	},
	// Undoing.
	{
		"a rollback takes once more instead of giving back", "redemption/rollback.go",
		"delta := -c.Delta", "delta := c.Delta",
		"./store/memory", "TestContract/the_engine_under_races/one_redemption_rolled_back",
	},
	{
		"what is rolled back can be rolled back again", "redemption/rollback.go",
		"if named.Status == Succeeded {", "if named.Result == Success {",
		"./store/memory", "TestContract/the_engine_under_races/one_redemption_rolled_back",
	},
	{
		"a rollback gives back what was returned before", "redemption/rollback.go",
		"delta += returned", "delta += 0 * returned",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_that_return_and_roll_back",
	},
	{
		"two entries of a gift card may be written on the same state", "redemption/refund.go",
		"Delta: 1, Limit: &after.Entries,", "Delta: 1,",
		".", "TestAnEntryIsWrittenOnTheStateThatItWasCalculatedFrom",
	},
	{
		"credits that were returned come back once more", "redemption/refund.go",
		"back := ledger.Credits(entry.Discount)", "back := ledger.Credits(x.Granted.Discount())",
		"./store/memory", "TestContract/the_engine$/random_histories",
	},
	// Earning.
	{
		"an order that is paid again earns again", "earn.go",
		"_, err := r.Find(ctx, kind, record.Key(\"earned\", key))", "_, err := r.Find(ctx, kind, record.Key(\"another\", key))",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_set_one_order",
	},
	{
		"points that were canceled can be activated", "loyalty/pending.go",
		"if p.Status == Waiting {\n\t\treturn nil\n\t}\n\treturn fault", "if p.Status != Activated {\n\t\treturn nil\n\t}\n\treturn fault",
		"./store/memory", "TestContract/the_engine_under_races/of_activating",
	},
	{
		"a canceled order keeps the points that wait", "earn.go",
		"if err := card.CancelPending(p.ID); err != nil {", "if err := error(nil); err != nil {",
		"./store/memory", "TestContract/the_engine$/random_histories_of_orders",
	},
	{
		"the account forgets what waits", "redemption/pending.go",
		"c.Account.PendingPoints -= h.Points\n", "",
		"./store/memory", "TestContract/the_engine$/random_histories_of_orders",
	},
	// Deciding.
	{
		"a code is good after its end", "validity/validity.go",
		"if w.ExpirationDate != nil && now.After(*w.ExpirationDate) {", "if false {",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_redeem_a_code_until_it_expires",
	},
	{
		"an old catalogue is good enough", "catalogue.go",
		"if snapshot.Revision == catalogue.Revision() {", "if snapshot.Revision >= 0 {",
		"./store/memory", "TestContract/the_engine$",
	},
	// The SQL stores.
	{
		"the guard of a counter is dropped from the statement of PostgreSQL", "store/postgres/dialect.go",
		"WHERE k.value <= excluded.maximum - excluded.value\n", "\n",
		"./store/postgres", "TestContract/pgx$/guards",
	},
	{
		"the guard of a counter is dropped from the statement of MariaDB", "store/mysql/dialect.go",
		"value = IF(value <= VALUES(maximum) - VALUES(value), value + VALUES(value), value + 9223372036854775807 + 1),",
		"value = value + VALUES(value),",
		"./store/mysql", "TestContract/guards",
	},
	{
		"a deadlock is not known for one", "store/mysql/dialect.go",
		"case 1020, 1205, 1213, 3572:", "case 1020, 1205, 3572:",
		"./store/mysql", "TestFaults",
	},
	{
		"who numbers the outbox does not lock it", "store/postgres/dialect.go",
		"AND h.name = :name FOR UPDATE`", "AND h.name = :name`",
		"./store/postgres", "TestDatabase/pgx$/outbox",
	},
	{
		"a write that has found no row is good enough", "store/internal/sqlstore/apply.go",
		"if count != int64(len(chunk)) {", "if false {",
		"./store/sqlite", "TestContract/sqlite$/documents",
	},
	{
		"an answer that is there already is good enough", "store/internal/sqlstore/apply.go",
		"		if count == 0 {\n			return exists", "		if false {\n			return exists",
		"./store/sqlite", "TestContract/sqlite$/plans",
	},
	{
		"a plan does not raise the revision", "store/internal/sqlstore/apply.go",
		"if a.plan.Writes[i].Kind.Configuration() {", "if false && a.plan.Writes[i].Kind.Configuration() {",
		"./store/sqlite", "TestContract/sqlite$/revision",
	},
	{
		"a plan that was refused stays in the host's transaction", "store/internal/sqlstore/tx.go",
		`undo := t.run(undoing, "undo", Call{Text: "ROLLBACK TO SAVEPOINT voucherify_plan", Once: true})`, "var undo error",
		"./store/sqlite", "TestDatabase/sqlite$/the_host's_transaction",
	},
	{
		"a redaction comes back with what another one has taken out", "store/internal/sqlstore/redact.go",
		"if count != 1 {", "if false {",
		"./store/postgres", "TestContract/pgx$/redaction_under_races",
	},
	{
		"a unique code is given to whoever asks at the same time", "published.go",
		"doc.Version = v.Version\n", "\n",
		"./store/postgres", "TestContract/pgx$/the_engine_under_races/16_workers_that_publish",
	},
	// Referrals.
	{
		"calls at the same time close a circle of referrals", "chains.go",
		"limit := seen + 1", "limit := seen + 1<<40",
		"./store/postgres", "TestContract/pgx$/the_engine_under_races/16_workers_close",
	},
	{
		"a customer is brought twice", "convert.go",
		`keys: keyOf("referee", referral.Key(r.CampaignID, r.CustomerID)),`, "",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_that_use_one_referral",
	},
	{
		"a reward is given twice", "convert.go",
		"keys: []string{key},", "",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_that_bring",
	},
	{
		"a referral stands when its redemption is rolled back", "rollback.go",
		"return result, nil, e.revoke(ctx, tx, op, result)", "return result, nil, nil",
		"./store/memory", "TestContract/the_engine/referees",
	},
	{
		"a reward that cannot be given is taken for an answer", "fulfil.go",
		`return given{}, refused.Cause.About("campaign", g.campaign.ID)`, "return given{}, refused",
		".", "TestARefusedGiftLeavesNothing",
	},
	{
		"a referrer is left in the orders of others", "erasure.go",
		"e.events, e.referrals, e.forget", "e.events, e.forget",
		".", "TestADeletedReferrerAndRefereeAreLeftNowhere",
	},
	// Crashes.
	{
		"a commit that has failed is taken for done", "store/internal/sqlstore/store.go",
		"	return t.commit(ctx)\n", "	_ = t.commit(ctx)\n	return nil\n",
		"./internal/crash", "TestACommitWithoutAnAnswer/PostgreSQL_by_pgx/the_connection_is_cut_before",
	},
	{
		"a commit without an answer is taken for undone", "store/internal/sqlstore/errors.go",
		"if !unsent && d.Classify(err) == Unavailable {", "if false && !unsent {",
		"./internal/crash", "TestACommitWithoutAnAnswer/MariaDB/.*between",
	},
	{
		"the answer of a redeem is not stored", "audience.go",
		applied, "	plan.Outcome = nil\n" + applied,
		"./internal/crash", "TestACommitWithoutAnAnswer/MariaDB/.*between",
	},
	{
		"the answer of a redeem is committed before its effects", "audience.go",
		applied, answerFirst,
		"./internal/crash", "TestConnectionsThatAreCutUnderLoad/PostgreSQL_by_pgx",
	},
	{
		"a call is answered before it is committed", "mutate.go",
		`		err = e.store.Update(ctx, func(tx store.Tx) error {
			var err error
			result, refused, err = run(ctx, tx, op)
			return err
		})
`, `		decided := make(chan error)
		go func() {
			_ = e.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
				var err error
				result, refused, err = run(ctx, tx, op)
				decided <- err
				time.Sleep(5 * time.Millisecond)
				return err
			})
		}()
		err = <-decided
`,
		"./internal/crash", "TestAProcessThatIsKilled/SQLite",
	},
}
