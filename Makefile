# For contributors. `make check` is what has to pass before a commit; .ci/run is the same with the race detector.

.PHONY: check race bench bench-db fuzz mutants examples

check:
	test -z "$$(gofmt -l .)"
	go vet ./...
	go test ./...

race:
	go test -race ./...

bench:
	go test -run '^$$' -bench . -benchmem $$(go list ./... | grep -v internal/dbbench)

# Redeems, races and a million codes on real databases, beside floors written by hand. It takes most of an hour.
bench-db:
	go test -run '^$$' -bench . -timeout 0 ./internal/dbbench

# Thirty seconds for each fuzz target.
fuzz:
	@for file in $$(grep -rl --include=*_test.go '^func Fuzz' .); do \
	  for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' $$file); do \
	    echo $$file $$target; go test -run '^$$' -fuzz "^$$target$$" -fuzztime 30s ./$$(dirname $$file) || exit 1; \
	  done; \
	done

# Plants mistakes one by one; each must fail the test that is named with it.
mutants:
	go test -tags mutants ./internal/mutants

examples:
	go run ./examples/checkout
	go run ./examples/stacking
	go run ./examples/freeitems
	go run ./examples/giftcard
	go run ./examples/loyalty
	go run ./examples/referral
	go run ./examples/hosttx
	go run ./examples/flashsale
	go run ./examples/segments
	go run ./examples/qualify
