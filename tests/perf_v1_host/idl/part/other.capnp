# SPDX-License-Identifier: Apache-2.0
@0xc8d3e5a1b2f40617;
# Imported by all.capnp.

enum Colour {
  red @0;
  green @1;
  blue @2;
}

struct Other {
  # Its prefix and its name are the same: other_get_..., not other_other_get_...
  number @0 :UInt16 = 1000;
  text @1 :Text;

  struct Inner {
    flag @0 :Bool = true;
  }
}
