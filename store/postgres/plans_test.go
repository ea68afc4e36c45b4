package postgres_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store/internal/sqltest"
	"github.com/voucherify-go/voucherify/store/postgres"
)

// TestNoStatementLooksExpensive keeps what the planner believes of every statement far below jit_above_cost, 100000 by
// default: above it PostgreSQL compiles the statement anew at each call, which takes a second for one of a millisecond.
func TestNoStatementLooksExpensive(t *testing.T) {
	t.Parallel()
	const most, least = 50_000, 15
	config, err := pgxpool.ParseConfig(dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1 // which has prepared all statements
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	sqltest.RunDay(t, migrated(t, made(t)(postgres.New(pool))))
	if _, err := pool.Exec(t.Context(), "SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	statements := prepared(t, pool)
	if len(statements) < least {
		t.Errorf("only %d statements were prepared", len(statements))
	}
	for execute, text := range statements {
		var plans []byte
		if err := pool.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+execute).Scan(&plans); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		var explained []struct {
			Plan struct {
				Cost float64 `json:"Total Cost"`
			}
		}
		if err := json.Unmarshal(plans, &explained); err != nil {
			t.Fatal(err)
		}
		if cost := explained[0].Plan.Cost; cost > most {
			t.Errorf("the cost is %.0f, at most %d is wanted, of\n%s", cost, most, text)
		}
	}
}

// prepared are the texts of the statements that can be explained, by what executes each of them.
func prepared(t *testing.T, pool *pgxpool.Pool) map[string]string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT name, cardinality(parameter_types), statement FROM pg_catalog.pg_prepared_statements
		WHERE statement ~ '^(SELECT|INSERT|UPDATE|DELETE|WITH)' AND statement ~ 'voucherify_'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	statements := map[string]string{}
	for rows.Next() {
		var name, text string
		var parameters int
		if err := rows.Scan(&name, &parameters, &text); err != nil {
			t.Fatal(err)
		}
		execute := `EXECUTE "` + name + `"`
		if parameters > 0 {
			execute += "(NULL" + strings.Repeat(", NULL", parameters-1) + ")"
		}
		statements[execute] = text
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return statements
}
