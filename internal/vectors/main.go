// Command vectors runs recorded calculations of Voucherify against the engine.
//
//	go run ./internal/vectors [-v] PATH...
//
// PATH is a file or a folder of vectors. Each mismatch is printed as a -want +got diff; the last line counts. It exits with 1
// when a vector failed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/voucherify-go/voucherify/internal/vectors/golden"
)

func main() {
	verbose := flag.Bool("v", false, "print every vector")
	flag.Parse()
	vectors, err := golden.Read(flag.Args()...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(2)
	}
	passed, failed, skipped := 0, 0, 0
	for i := range vectors {
		outcome := golden.Run(context.Background(), &vectors[i])
		switch {
		case outcome.Skipped != "":
			skipped++
			fmt.Printf("%s skipped: %s\n", outcome.ID, outcome.Skipped)
		case outcome.Diff != "":
			failed++
			fmt.Printf("%s failed:\n%s\n", outcome.ID, outcome.Diff)
		default:
			passed++
			if *verbose {
				fmt.Printf("%s passed\n", outcome.ID)
			}
		}
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	if failed > 0 {
		os.Exit(1)
	}
}
