package voucherify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/template"
	"github.com/voucherify-go/voucherify/validation"
)

// resolution finds what stands in the place of the resources of a template, and creates what does not exist. Each is written at
// once, so that those after it find it, and so that a refusal of the store is known to be about it.
type resolution struct {
	*change
	engine     *Engine
	snapshot   *template.Snapshot
	objectType string // of what is set up, as rules are assigned to it
	// collided are the resources that could not be found and yet exist. They outlive an attempt of the call: what somebody else has
	// just created is found by the next one, what is in the bin never is.
	collided map[string]bool
	names    template.Names
	setup    template.Setup
}

// resolve returns the ids of the copies of the rules. Resources come before those that name them.
func (r *resolution) resolve(ctx context.Context) ([]string, error) {
	r.setup.CreatedResources = []template.Resource{}
	for _, step := range [...]func(context.Context) error{
		r.checkProperties, r.findEvents, r.locations, r.products, r.skus, r.collections, r.segments,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return r.rules(ctx)
}

// checkProperties refuses metadata whose type is another one by now, and notes what is not defined any more. What is set up
// differs from what was saved when a coupon campaign becomes a tier or the other way round: then its own metadata has another
// schema, which is looked at when it is stored.
func (r *resolution) checkProperties(ctx context.Context) error {
	schemas, err := r.schemas(ctx)
	if err != nil {
		return err
	}
	own, _ := r.snapshot.Described()
	converted := (own == metadata.OfPromotionTier) != (r.objectType == validation.OnPromotionTier)
	var differ []string
	refusal := fault.New(fault.MetadataValidationFailed, "")
	for _, p := range r.snapshot.MetadataProperties {
		if converted && p.RelatedObject == own {
			continue
		}
		d, err := schemas.Property(p.RelatedObject, p.Name)
		switch {
		case err != nil || d == nil:
			r.setup.MissingProperties = append(r.setup.MissingProperties, p)
		case !p.Fits(d):
			if differ == nil {
				refusal = refusal.At("json_template.metadata_properties").About("metadata_schema", schemas.Of(p.RelatedObject).ID)
			}
			was, is := typeOf(p.Type, p.Array), typeOf(d.Type, d.Array)
			differ = append(differ, fmt.Sprintf("%s of %s was saved as %s and is %s", p.Name, p.RelatedObject, was, is))
		}
	}
	if differ == nil {
		return nil
	}
	refusal.Details = strings.Join(differ, "; ")
	return refusal
}

func typeOf(t metadata.Type, array bool) string {
	if array {
		return "a list of type " + string(t)
	}
	return string(t)
}

// findEvents notes the custom events that do not exist any more.
func (r *resolution) findEvents(ctx context.Context) error {
	for _, name := range r.snapshot.CustomEvents {
		_, err := r.tx.Find(ctx, record.EventSchema, record.Key("name", name))
		switch {
		case errors.Is(err, store.ErrNotFound):
			r.setup.MissingEvents = append(r.setup.MissingEvents, name)
		case err != nil:
			return fmt.Errorf("voucherify: read custom event %s: %w", name, err)
		}
	}
	return nil
}

// created writes what was planned for a resource and notes that it stands in the place of the saved one. object is its kind as
// Voucherify calls it.
func (r *resolution) created(ctx context.Context, object, saved, now string, err error) error {
	var refusal *fault.Error
	if err == nil {
		err = r.engine.flush(ctx, r.change)
	}
	switch {
	case errors.As(err, &refusal):
		return refusal.About(object, saved)
	case errors.Is(err, store.ErrExists) && !r.collided[saved]:
		r.collided[saved] = true
		return fmt.Errorf("voucherify: %s %s of a template was created meanwhile: %w", object, saved, store.ErrStale)
	case errors.Is(err, store.ErrExists):
		return fault.New(fault.DuplicateFound, "%s %s of the template is in the bin, where its identifiers stay reserved", object, saved).
			At("source_id").About(object, saved)
	case err != nil:
		return err
	}
	r.names.Set(saved, now)
	r.setup.CreatedResources = append(r.setup.CreatedResources, template.Resource{ID: now, Object: object})
	return nil
}

func (r *resolution) locations(ctx context.Context) error {
	for _, saved := range r.snapshot.Locations {
		stored, err := lookUp[location.Location](ctx, r.tx, record.Location, saved.ID)
		if err != nil {
			return err
		}
		if stored != nil && template.SameLocation(saved, *stored) {
			continue
		}
		next := saved
		err = r.createLocation(&next)
		if err := r.created(ctx, "location", saved.ID, next.ID, err); err != nil {
			return err
		}
	}
	return nil
}

// standIn looks for a product or SKU by the id that was saved, then by its source_id, and notes what stands in its place.
func (r *resolution) standIn(ctx context.Context, kind record.Kind, saved, sourceID string) (bool, error) {
	_, err := r.tx.Get(ctx, kind, saved)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return err == nil, err
	}
	doc, err := r.bySource(ctx, kind, sourceID)
	if err != nil || doc.ID == "" {
		return false, err
	}
	r.names.Set(saved, doc.ID)
	return true, nil
}

func (r *resolution) products(ctx context.Context) error {
	for _, saved := range r.snapshot.Products {
		if found, err := r.standIn(ctx, record.Product, saved.ID, saved.SourceID); err != nil || found {
			if err != nil {
				return err
			}
			continue
		}
		next := saved
		err := r.createProduct(ctx, &next)
		if err := r.created(ctx, "product", saved.ID, next.ID, err); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolution) skus(ctx context.Context) error {
	for _, saved := range r.snapshot.SKUs {
		if found, err := r.standIn(ctx, record.SKU, saved.ID, saved.SourceID); err != nil || found {
			if err != nil {
				return err
			}
			continue
		}
		next := saved
		next.ProductID = r.names.Of(saved.ProductID)
		err := r.createSKU(ctx, &next)
		if err := r.created(ctx, "sku", saved.ID, next.ID, err); err != nil {
			return err
		}
	}
	return nil
}

// collections compares what collections would hold now: one that lists a product which had to be created again is another one.
func (r *resolution) collections(ctx context.Context) error {
	for _, saved := range r.snapshot.Collections {
		next, err := template.Rename(&r.names, saved)
		if err != nil {
			return err
		}
		stored, err := lookUp[product.Collection](ctx, r.tx, record.Collection, saved.ID)
		if err != nil {
			return err
		}
		if stored != nil && template.SameCollection(next, *stored) {
			continue
		}
		if err = checkCollection(&next); err == nil {
			err = r.engine.Products.createCollection(ctx, r.change, &next)
		}
		if err := r.created(ctx, "products_collection", saved.ID, next.ID, err); err != nil {
			return err
		}
	}
	return nil
}

// segments creates segments that report nobody: who was in a segment is not saved, so that nobody could be told to have entered it.
func (r *resolution) segments(ctx context.Context) error {
	for _, saved := range r.snapshot.Segments {
		next, err := template.Rename(&r.names, saved)
		if err != nil {
			return err
		}
		stored, err := lookUp[customer.Segment](ctx, r.tx, record.Segment, saved.ID)
		if err != nil {
			return err
		}
		if stored != nil && template.SameSegment(next, *stored) {
			continue
		}
		next.Type = customer.PassiveSegment
		if err = checkSegment(&next); err == nil {
			err = r.engine.Segments.create(ctx, r.change, &next)
		}
		if err := r.created(ctx, "segments", saved.ID, next.ID, err); err != nil {
			return err
		}
	}
	return nil
}

// rules copies the rules. Whether the schemas still let their metadata exist is not asked: see template.Setup.MissingProperties.
func (r *resolution) rules(ctx context.Context) ([]string, error) {
	var ids []string
	for _, saved := range r.snapshot.ValidationRules {
		next, err := template.Rename(&r.names, template.NewRule(saved, r.objectType))
		if err != nil {
			return nil, err
		}
		if err = r.engine.Rules.check(next); err == nil {
			err = r.createRule(&next)
		}
		if err := r.created(ctx, "validation_rules", saved.ID, next.ID, err); err != nil {
			return nil, err
		}
		ids = append(ids, next.ID)
	}
	return ids, nil
}
