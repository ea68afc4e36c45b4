package sqlstore

import (
	"context"
	"time"

	"github.com/voucherify-go/voucherify/store"
)

// Purged is what a purge has deleted.
type Purged struct {
	Outcomes, Entries int64
}

// Purge deletes the stored answers of idempotent calls that were given before an instant, and the entries of the outbox up
// to a position that happened before it; 0 keeps all entries. Calls that are repeated later run again, so the instant
// should be as old as the oldest repetition. It works in small transactions; after an error it can be called again.
func (s *Store) Purge(ctx context.Context, before time.Time, delivered int64) (Purged, error) {
	var purged Purged
	texts, cut := s.texts.statements, before.UnixMicro()
	err := s.sweep(ctx, &purged.Outcomes,
		func(most int64) Call { return texts.oldOutcomes.call(s.project, cut, most) },
		func(last int64) Call { return texts.purgeOutcomes.call(s.project, last) })
	if err != nil || delivered <= 0 {
		return purged, err
	}
	err = s.sweep(ctx, &purged.Entries,
		func(most int64) Call { return texts.oldEntries.call(s.project, delivered, cut, most) },
		func(last int64) Call { return texts.purgeEntries.call(s.project, last, cut) })
	return purged, err
}

// sweep deletes in chunks: find reads the marks of the oldest rows in ascending order, remove deletes up to a mark.
func (s *Store) sweep(ctx context.Context, total *int64, find, remove func(int64) Call) error {
	for {
		marks, last, deleted := int64(0), int64(0), int64(0)
		err := s.Update(ctx, func(t store.Tx) error {
			found := find(chunkRows)
			found.Row = func(row Row) error {
				marks++
				return row.Scan(&last)
			}
			if err := t.(*tx).run(ctx, "purge", found); err != nil || marks == 0 {
				return err
			}
			removed := remove(last)
			removed.Done = func(count int64) error {
				deleted = count
				return nil
			}
			return t.(*tx).run(ctx, "purge", removed)
		})
		if err != nil {
			return err
		}
		if *total += deleted; marks < chunkRows {
			return nil
		}
	}
}
