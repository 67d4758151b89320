# SPDX-License-Identifier: Apache-2.0
@0x9f3d27c5a1be6048;
# Everything that the generator does, once.
#
# The file's comment has two paragraphs.

using Cxx = import "/capnp/c++.capnp";
using Other = import "part/other.capnp";
$Cxx.namespace("all");

annotation unit(*) :Text;
# Annotations are read by whoever wants to; this generator does not.
using Deep = Other.Other.Inner;

enum Shape {
  # A shape.
  circle @0;      # round
  square @1;
  unknown @2;     # the generator has a name like this of its own
  rightTriangle @3;
  # A comment that goes on for so long that it does not fit in one line of the generated file, in which
  # it has to be broken.
}

struct Plain $unit("none") {
  # Every plain type, without and with a default.
  void @0 :Void;
  bool @1 :Bool;
  int8 @2 :Int8 $unit("apples") $Cxx.name("eight");
  int16 @3 :Int16;
  int32 @4 :Int32;
  int64 @5 :Int64;
  uint8 @6 :UInt8;
  uint16 @7 :UInt16;
  uint32 @8 :UInt32;
  uint64 @9 :UInt64;
  float32 @10 :Float32;
  float64 @11 :Float64;
  shape @12 :Shape;
  colour @13 :Other.Colour;

  boolSet @14 :Bool = true;
  int8Set @15 :Int8 = -128;
  int16Set @16 :Int16 = -12345;
  int32Set @17 :Int32 = -2147483648;
  int64Set @18 :Int64 = -9223372036854775808;
  uint8Set @19 :UInt8 = 255;
  uint16Set @20 :UInt16 = 65535;
  uint32Set @21 :UInt32 = 4294967295;
  uint64Set @22 :UInt64 = 18446744073709551615;
  float32Set @23 :Float32 = 1.5;
  float64Set @24 :Float64 = -2.25e100;
  shapeSet @25 :Shape = rightTriangle;
  colourSet @26 :Other.Colour = blue;
  int8More @27 :Int8 = 7;         # ends a comment: */ starts one: /*
  infinite @28 :Float32 = inf;
  boolMore @29 :Bool;
  notANumber @30 :Float64 = nan;
  belowAll @31 :Float64 = -inf;
  minusZero @32 :Float32 = -0.0;
}

struct Pointers {
  text @0 :Text;
  data @1 :Data;
  plain @2 :Plain;
  empty @3 :Empty;
  other @4 :Other.Other;
  deep @5 :Deep;
  emptyText @6 :Text = "";
  emptyList @7 :List(Text) = [];
  nested @8 :Nested;

  struct Nested {
    value @0 :UInt32;
    shape @1 :Shape;

    enum Shape {
      # Hides the other one.
      flat @0;
      solid @1;
    }

    const limit :UInt32 = 17;
  }
}

struct Empty {
}

struct Lists {
  voids @0 :List(Void);
  bools @1 :List(Bool);
  int8s @2 :List(Int8);
  int16s @3 :List(Int16);
  int32s @4 :List(Int32);
  int64s @5 :List(Int64);
  uint8s @6 :List(UInt8);
  uint16s @7 :List(UInt16);
  uint32s @8 :List(UInt32);
  uint64s @9 :List(UInt64);
  float32s @10 :List(Float32);
  float64s @11 :List(Float64);
  texts @12 :List(Text);
  datas @13 :List(Data);
  shapes @14 :List(Shape);
  colours @15 :List(Other.Colour);
  plains @16 :List(Plain);
  others @17 :List(Other.Other);
  empties @18 :List(Empty);
  bytesOfBytes @19 :List(List(UInt8));
  textsOfTexts @20 :List(List(Text));
  structsOfStructs @21 :List(List(Pointers.Nested));
  shapesOfShapes @22 :List(List(Shape));
  cube @23 :List(List(List(Int16)));
  lists @24 :List(Lists);
}

struct Unions {
  before @0 :UInt16;
  union {
    # Of the struct itself.
    nothing @1 :Void;
    flag @2 :Bool;
    number @3 :UInt32 = 77;
    wide @4 :Float64;
    text @5 :Text;
    data @6 :Data;
    list @7 :List(UInt16);
    plain @8 :Plain;
    unknown @9 :UInt8;
    dataWords @10 :UInt8;
    pair :group {
      left @11 :Int32 = -1;
      right @12 :Text;
      inner :group {
        deep @13 :Bool = true;
        deeper @14 :Data;
      }
    }
    choice :group {
      # A union in a group in a union.
      always @15 :UInt8;
      union {
        one @16 :UInt64;
        other @17 :Text;
      }
    }
    shape @18 :Shape = square;
  }
  after @19 :UInt16 = 3;
  named :union {
    first @20 :Void;
    second @21 :Int16;
    third @22 :Empty;
  }
  loose :group {
    # Not in a union.
    x @23 :Int8;
    y @24 :Text;
    which :union {
      up @25 :Void;
      down @26 :UInt32;
    }
  }
}

struct Words {
  # Names that mean something to C.
  int @0 :Int32;
  for @1 :UInt32;
  struct @2 :Text;
  union @3 :Bool;
  class @4 :UInt8;
  return @5 :Empty;
  aFieldWithARatherLongNameThatStandsForWhateverOneMightThinkOf @6 :List(Words);
  httpURL @7 :Text;
  x1y2 @8 :UInt8;
  p95Ns @9 :UInt64;
  low01MilliFps @10 :UInt64;
}

struct Reordered {
  # The order of the text is not that of the ordinals.
  third @2 :UInt8;
  first @0 :UInt64;
  second @1 :Text;
}

const aVoid :Void = void;
const aBool :Bool = true;
const anInt8 :Int8 = -128;
const anInt16 :Int16 = -32768;
const anInt32 :Int32 = -2147483648;
const anInt64 :Int64 = -9223372036854775808;
const aUint8 :UInt8 = 255;
const aUint16 :UInt16 = 65535;
const aUint32 :UInt32 = 4294967295;
const aUint64 :UInt64 = 18446744073709551615;
const aFloat32 :Float32 = 0.1;
const aFloat64 :Float64 = -1e300;
const aWhole :Float64 = 3;
const anInfinity :Float64 = -inf;
const notANumber :Float32 = nan;
const aShape :Shape = rightTriangle;
const anUnknown :Shape = unknown;
const aText :Text = "say \"what\"??/\n\x01\x32end\\";
const someData :Data = 0x"00 ff 7f 80 0a";
const noData :Data = "";
# Comes after.
const aPlain :Plain = (int8 = -3, boolSet = false, shape = square, float64Set = 0.5);
# A struct.
const aUnion :Unions = (before = 7, choice = (always = 9, other = "in a group"), after = 4, named = (second = -2));
const somePointers :Pointers = (text = "t", data = 0x"0102", plain = (uint8 = 200), nested = (value = 5),
  emptyList = ["one", "two"], other = (text = "theirs"));
const aList :List(UInt16) = [1, 2, 65535];
const someTexts :List(Text) = ["a", "", "ccc"];
const somePlains :List(Plain) = [(int8 = 1), (int8 = 2, boolMore = true)];
const aCube :List(List(List(Int16))) = [[[1, -2], []], [[3]]];
const someBits :List(Bool) = [true, false, true];
const someFloats :List(Float64) = [1.5, nan];
const nothing :Empty = ();
const others :List(Other.Other) = [(number = 3)];
const voids :List(Void) = [void, void];

interface Calls {
  # Two methods with named structs, and what may be written without.
  plain @0 Plain -> Empty;   # A method's comment.
  inner @1 (number :UInt32 = 5, name :Text) -> (ok :Bool);
  nested @2 Pointers.Nested -> Other.Other;

  struct Own {
    # Nested in an interface.
    value @0 :UInt8;
  }
}

interface Bare {
  # Without methods.
}
