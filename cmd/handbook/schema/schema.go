// Package schema makes JSON schemas of the files that authors write and handbook
// writes: of settings from the functions that read them, of records and reports
// from their Go types.
package schema

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"handbook/cmd/handbook/manual"
	"handbook/content"
	"handbook/content/config"
	"handbook/content/settings"
	"handbook/verify/report"
)

type object map[string]any

// schemas are all schemas, by name.
var schemas = map[string]func() object{
	"settings": func() object {
		return titled("handbook.yaml", ofShape(config.Shape(), manual.Key))
	},
	"front-matter": func() object {
		return titled("front matter of a page", ofShape(config.FrontShape(), manual.FrontKey))
	},
	"record": func() object { return titled("record of a lab", ofType(reflect.TypeFor[content.Record]())) },
	"report": func() object {
		return titled("report on labs, as --report json=FILE writes it", ofType(reflect.TypeFor[report.Report]()))
	},
}

// Names returns the names of all schemas, sorted.
func Names() []string { return slices.Sorted(maps.Keys(schemas)) }

// Of returns the schema of a name; ok is false if there is none.
func Of(name string) (text []byte, ok bool) {
	make, ok := schemas[name]
	if !ok {
		return nil, false
	}
	text, err := json.MarshalIndent(make(), "", "  ")
	if err != nil {
		panic("schema: " + err.Error()) // only plain values are in it
	}
	return append(text, '\n'), true
}

func titled(title string, o object) object {
	o["$schema"], o["title"] = "http://json-schema.org/draft-07/schema#", title
	return o
}

// Patterns of texts. YAML reads some of these as numbers.
const (
	sizePattern     = `^[0-9]+(\.[0-9]+)?\s*([bB]|[kKmMgGtT]([iI]?[bB])?)?$`
	durationPattern = `^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*$`
)

// ofKind returns the schema of a single value.
func ofKind(s *settings.Shape) object {
	if s.Words != nil {
		return object{"enum": s.Words}
	}
	switch s.Kind {
	case settings.Bool:
		return object{"type": "boolean"}
	case settings.Whole:
		return object{"type": "integer"}
	case settings.Decimal:
		return object{"type": "number", "exclusiveMinimum": 0}
	case settings.Size:
		return object{"anyOf": []object{{"type": "string", "pattern": sizePattern}, {"type": "integer", "minimum": 0}}}
	case settings.Duration:
		return object{"type": "string", "pattern": durationPattern}
	}
	return object{"type": []string{"string", "number", "boolean", "null"}} // 1.10 is read as a text where one is expected
}

// ofShape returns the schema of a setting below keys.
func ofShape(s *settings.Shape, about func(...string) string, keys ...string) object {
	var ways []object
	if s.Kind != "" {
		ways = append(ways, ofKind(s))
	}
	if s.List != nil {
		ways = append(ways, object{"type": "array", "items": ofShape(s.List, about, keys...)})
	}
	if s.Keys != nil || s.Any != nil {
		mapping := object{"type": []string{"object", "null"}, "additionalProperties": false}
		if s.Any != nil {
			mapping["additionalProperties"] = ofShape(s.Any, about, append(slices.Clip(keys), "*")...)
		}
		if s.Keys != nil {
			properties := object{}
			for name, value := range s.Keys {
				properties[name] = ofShape(value, about, append(slices.Clip(keys), name)...)
			}
			mapping["properties"] = properties
		}
		ways = append(ways, mapping)
	}
	all := object{}
	if len(ways) == 1 {
		all = ways[0]
	} else if len(ways) > 1 {
		all["anyOf"] = ways
	}
	if n := len(keys); n > 0 && n <= 2 && keys[n-1] != "*" {
		if text := about(keys...); text != "" {
			all["description"] = text
		}
	}
	return all
}

// ofType returns the schema of the JSON of a Go type.
func ofType(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return ofType(t.Elem())
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": []string{"array", "null"}, "items": ofType(t.Elem())}
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "additionalProperties": ofType(t.Elem())}
	case reflect.Struct:
		properties, required := object{}, []string{}
		fields(t, func(name string, optional bool, f reflect.Type) {
			properties[name] = ofType(f)
			if !optional {
				required = append(required, name)
			}
		})
		return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	}
	panic("schema: a " + t.String())
}

// fields calls f with each field in the JSON of a struct.
func fields(t reflect.Type, f func(name string, optional bool, t reflect.Type)) {
	for field := range t.Fields() {
		tag, tagged := field.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-" || !field.IsExported():
		case field.Anonymous && !tagged:
			fields(field.Type, f)
		default:
			if name == "" {
				name = field.Name
			}
			f(name, strings.Contains(options, "omitempty"), field.Type)
		}
	}
}
