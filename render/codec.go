package render

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"
	"time"
	"unsafe"
)

// Values in the store and digests of what templates see are made of the same
// bytes: all that a value holds, in order, fields that are not exported too.
// What is added to a struct is thereby a part of them without a word.

var (
	themeType = reflect.TypeFor[*theme]()
	timeType  = reflect.TypeFor[time.Time]()
)

// encode appends all that v holds. Functions, channels and interfaces have no
// bytes: it panics at them.
func encode(b []byte, v reflect.Value) []byte {
	size := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	switch v.Kind() {
	case reflect.String:
		size(v.Len())
		b = append(b, v.String()...)
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		b = append(b, 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b = binary.AppendVarint(b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		b = binary.AppendUvarint(b, v.Uint())
	case reflect.Float64, reflect.Float32:
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float()))
	case reflect.Slice:
		if v.IsNil() {
			return append(b, 0)
		}
		size(v.Len() + 1)
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return append(b, v.Bytes()...)
		}
		for i := range v.Len() {
			b = encode(b, v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			b = encode(b, v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			return append(b, 0)
		}
		size(v.Len() + 1)
		var items [][]byte
		for it := v.MapRange(); it.Next(); {
			items = append(items, encode(encode(nil, it.Key()), it.Value()))
		}
		slices.SortFunc(items, slices.Compare)
		for _, item := range items {
			b = append(b, item...)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Type() == themeType { // the theme is digested once, not for each page
			return append(b, 0)
		}
		b = encode(append(b, 1), v.Elem())
	case reflect.Interface:
		if !v.IsNil() {
			panic(fmt.Sprintf("render: %v has no bytes", v.Type()))
		}
		b = append(b, 0)
	case reflect.Struct:
		if v.Type() == timeType {
			b = encode(b, v.Field(0))
			return encode(b, v.Field(1)) // where its clock stood is not told to readers
		}
		for i := range v.NumField() {
			b = encode(b, v.Field(i))
		}
	default:
		panic(fmt.Sprintf("render: %v has no bytes", v.Type()))
	}
	return b
}

// A decoder reads what encode has written.
type decoder struct{ b []byte }

func (d *decoder) uint() int {
	n, size := binary.Uvarint(d.b)
	d.b = d.b[max(size, 0):]
	return int(n)
}

func (d *decoder) bytes(n int) []byte {
	part := d.b[:n]
	d.b = d.b[n:]
	return part
}

func (d *decoder) decode(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(d.bytes(d.uint())))
	case reflect.Bool:
		v.SetBool(d.bytes(1)[0] == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, size := binary.Varint(d.b)
		d.b = d.b[max(size, 0):]
		v.SetInt(n)
	case reflect.Slice:
		n := d.uint() - 1
		if n < 0 {
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(slices.Clone(d.bytes(n)))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			d.decode(v.Index(i))
		}
	case reflect.Map:
		n := d.uint() - 1
		if n < 0 {
			return
		}
		v.Set(reflect.MakeMapWithSize(v.Type(), n))
		for range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			d.decode(key)
			d.decode(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Pointer:
		if d.bytes(1)[0] == 0 {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			if !f.CanSet() { // not exported: reflect only reads those
				f = reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
			}
			d.decode(f)
		}
	default:
		panic(fmt.Sprintf("render: %v can't be read back", v.Type()))
	}
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// bytesOf calls f with the bytes of a value, or of what it points at; they are
// f's until it returns.
func bytesOf(v any, f func(b []byte)) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	*buf = encode((*buf)[:0], reflect.Indirect(reflect.ValueOf(v)))
	f(*buf)
}

// valueOf reads a value back. Stores return what was put whole, by a program
// that is the same as this one.
func valueOf[T any](b []byte) *T {
	v := new(T)
	d := decoder{b}
	d.decode(reflect.ValueOf(v).Elem())
	return v
}
