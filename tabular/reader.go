package tabular

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
)

// Reader reads the rows of a file, one at a time.
type Reader[T any] struct {
	layout  *layout[T]
	options Options
	csv     *csv.Reader
	naming  naming[T]
}

// errTooLarge ends a file that is larger than MaxBytes.
var errTooLarge = fault.Invalid("file", "is larger than %d bytes", MaxBytes)

// bounded reads up to MaxBytes and then fails.
type bounded struct {
	from io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLarge
	}
	n, err := b.from.Read(p[:min(len(p), b.left+1)])
	if b.left -= n; b.left < 0 {
		return n - 1, errTooLarge
	}
	return n, err
}

// Open reads the header of a file. A header that lacks a required column or has one twice refuses the file: invalid_payload
// that names the column. A file that can be rewound and is larger than MaxBytes is refused here, others where they reach it.
func Open[T any](file io.Reader, table *Table[T], options Options) (*Reader[T], error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	if err := checkSize(file); err != nil {
		return nil, err
	}
	if options.Zone == nil {
		options.Zone = time.UTC
	}
	text := bufio.NewReader(&bounded{from: file, left: MaxBytes})
	if err := skipMark(text); err != nil {
		return nil, err
	}
	r := &Reader[T]{options: options, csv: csv.NewReader(text)}
	r.csv.FieldsPerRecord, r.csv.ReuseRecord = -1, true
	if options.Comma != 0 {
		r.csv.Comma = options.Comma
	}
	header, err := r.csv.Read()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.Invalid("file", "is empty; its first row must name the columns")
	case errors.As(err, &broken):
		return nil, fault.Invalid("file", "the header cannot be read: %v", broken.Err)
	case err != nil:
		return nil, fmt.Errorf("tabular: read header: %w", err)
	}
	headers := make([]string, len(header))
	for i := range header {
		headers[i] = strings.TrimSpace(header[i])
	}
	if r.layout, err = table.arrange(headers, options.Schema); err != nil {
		return nil, err
	}
	r.naming = naming[T]{column: r.layout.columnOf, identify: table.identify}
	return r, nil
}

// checkSize refuses a file that is too large, when it can be known before it is read.
func checkSize(file io.Reader) error {
	seeker, ok := file.(io.Seeker)
	if !ok {
		return nil
	}
	here, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil //nolint:nilerr // a pipe cannot be rewound; it is measured while it is read
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("tabular: measure the file: %w", err)
	}
	if _, err := seeker.Seek(here, io.SeekStart); err != nil {
		return fmt.Errorf("tabular: rewind the file: %w", err)
	}
	if end-here > MaxBytes {
		return errTooLarge
	}
	return nil
}

// skipMark passes over the byte order mark of UTF-8, and refuses that of UTF-16.
func skipMark(text *bufio.Reader) error {
	mark, err := text.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("tabular: read header: %w", err)
	}
	switch {
	case string(mark) == "\uFEFF":
		_, err := text.Discard(len(mark))
		return err
	case strings.HasPrefix(string(mark), "\xff\xfe"), strings.HasPrefix(string(mark), "\xfe\xff"):
		return fault.Invalid("file", "is UTF-16; only UTF-8 can be read")
	}
	return nil
}

// Rows yields the rows in their order. A row that cannot be read comes with its Failure, and those after it are read all the
// same. The error is that of the file, or a file with more than MaxRows or MaxBytes; it comes last.
func (r *Reader[T]) Rows() iter.Seq2[Row[T], error] {
	return func(yield func(Row[T], error) bool) {
		for number := 1; ; number++ {
			cells, err := r.csv.Read()
			var broken *csv.ParseError
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil && !errors.As(err, &broken):
				yield(Row[T]{}, fileError(err))
				return
			case number > MaxRows:
				yield(Row[T]{}, fault.Invalid("file", "has more than %d rows", MaxRows))
				return
			}
			row := Row[T]{Number: number, naming: &r.naming}
			if broken != nil {
				row.Line = broken.StartLine
				r.fail(&row, fault.Invalid("", "cannot be read as CSV: %v", broken.Err), "")
			} else {
				row.Line, _ = r.csv.FieldPos(0)
				r.read(&row, cells)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func fileError(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return fmt.Errorf("tabular: read file: %w", err)
}

// fail takes back what was read of a row and says why.
func (r *Reader[T]) fail(row *Row[T], refusal *fault.Error, header string) {
	f := row.Refuse(refusal)
	if header != "" {
		f.Column = header
	}
	var nothing T
	row.Value, row.Failure = nothing, &f
}

// record is the cells of a row.
type record[T any] struct {
	layout  *layout[T]
	options *Options
	cells   []string
}

// cell returns the cell of a column, by its documented name; it is empty when the file has no such column.
func (r *record[T]) cell(name string) *cell {
	c := &cell{options: r.options}
	for i := range r.layout.table.columns {
		if place := r.layout.at[i]; place >= 0 && r.layout.table.columns[i].name == name {
			c.text = strings.TrimSpace(r.cells[place])
		}
	}
	return c
}

// read fills a row from its cells.
func (r *Reader[T]) read(row *Row[T], cells []string) {
	l := r.layout
	if len(cells) != len(l.headers) {
		r.fail(row, fault.Invalid("", "has %d cells, the header has %d", len(cells), len(l.headers)), "")
		return
	}
	for place := range cells {
		if err := textual(cells[place]); err != nil {
			r.fail(row, err, l.headers[place])
			return
		}
		cells[place] = unescaped(cells[place])
	}
	for i := range l.table.columns {
		c := &l.table.columns[i]
		if l.at[i] < 0 {
			continue
		}
		value := cell{text: strings.TrimSpace(cells[l.at[i]]), options: &r.options}
		var err error
		switch {
		case value.text == "" && c.required:
			err = missing(c.name)
		case value.text != "" && c.read != nil:
			err = c.read(&value, &row.Value)
		}
		if err != nil {
			r.fail(row, refusalOf(err).At(c.fields[0]), l.headers[l.at[i]])
			return
		}
	}
	r.readMetadata(row, cells)
	if l.table.finish == nil {
		return
	}
	if err := l.table.finish(&record[T]{l, &r.options, cells}, &row.Value); err != nil {
		r.fail(row, refusalOf(err), "")
	}
}

// readMetadata reads the columns that are not known. A row of a file with metadata has metadata, if it is empty, so that what a
// schema requires is missed.
func (r *Reader[T]) readMetadata(row *Row[T], cells []string) {
	if !r.layout.describes {
		return
	}
	m := r.layout.table.metadata(&row.Value)
	if *m == nil {
		*m = metadata.Map{}
	}
	for place := range cells {
		if r.layout.known[place] >= 0 || cells[place] == "" {
			continue
		}
		x := &r.layout.extras[place]
		(*m)[x.key] = typed(x.defined, cells[place], r.options.Zone)
	}
}

// refusalOf is a refusal as what it is; nothing else comes out of reading cells.
func refusalOf(err error) *fault.Error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return fault.Invalid("", "%v", err)
}

// missing words a required cell that is empty. A code has its own key.
func missing(name string) *fault.Error {
	if name == codeColumn {
		return fault.New(fault.InvalidVoucher, "Found 1 voucher(s) without 'code' value")
	}
	return fault.Invalid("", "is required")
}
