# SPDX-License-Identifier: Apache-2.0
@0xb1e5c3d7a94f6028;

# A run log: everything that a perfd was told, in order, from which `perfctl replay` makes the same frames,
# figures and traces again. A file is these messages one after the other, each as a stream-framed entry: the
# first is a head, the last an end. A file without an end is one that was cut off.

using Perf = import "perf.capnp";

const version :UInt32 = 3;           # of this format

struct Entry {
  atNs @0 :UInt64;                   # perfd's clock; never before the entry in front
  check @1 :UInt32;                  # CRC-32, as zlib's, over all messages up to this one, their segment
                                     # tables included, each with 0 here
  client @2 :UInt32;                 # whose it is; 1 or more, 0: perfd's own
  id @3 :UInt32;                     # what perfd gave: the client, lane, label, session, group, trace; 0: it refused.
                                     # Of laneClose, slots and lost the lane, of stop the session asked for
  union {
    head @4 :Head;
    clientOpen @5 :Void;
    clientClose @6 :Void;
    laneOpen @7 :Lane;
    laneClose @8 :Void;
    label @9 :Perf.LabelRequest;
    start @10 :Perf.StartRequest;
    stop @11 :Void;
    tick @12 :Perf.FrameTick;
    mark @13 :Perf.Record;           # any but a frame
    slots @14 :Slots;                # a shared lane's writer wrote these
    look @15 :Look;                  # the tick counter was read, for what the next entry makes of lanes
    trace @16 :Trace;                # an export or a read began
    lost @17 :UInt64;                # slots that a shared lane's writer overwrote before they were logged
    end @18 :UInt64;                 # entries that found no room: 0, or the log ends too early
    amend @19 :Perf.AmendFrameRequest; # since version 2
    process @20 :Process;            # since version 3: which one the client is
    group @21 :Perf.CounterGroupRequest; # these six likewise
    values @22 :List(Int64);         # at most 64: a group's last ones, of one that was there before the log
    sample @23 :Perf.SampleCountersRequest;
    counterState @24 :Perf.CounterStateRequest;
    hotspots @25 :Perf.AddHotspotsRequest;
    hotspotsThere @26 :Hotspots;
  }
}

struct Stream {
  id @0 :Text;                       # at most 31 bytes
  seed @1 :UInt64;
}

struct Head {
  version @0 :UInt32;                # of the format
  perfd @1 :Text;                    # its version, at most 31 bytes
  clockName @2 :Text;                # at most 31 bytes
  clockStepNs @3 :UInt64;
  firstTicks @4 :UInt64;             # the tick counter and the clock, read at once when perfd began
  firstNs @5 :UInt64;
  limits @6 :Perf.Limits;
  streams @7 :List(Stream);          # at most 64: of the random numbers that the log was made from, if any
  janks @8 :Bool;                    # since version 2: it was told why frames were janky, in its traces too
}

struct Process {
  pid @0 :UInt32;                    # 0: unknown
  name @1 :Text;                     # at most 15 bytes
}

struct Hotspots {                    # some of a table's entries, as it was before the log
  table @0 :Text;                    # at most 31 bytes
  entries @1 :List(Perf.Hotspot);    # at most 64
  totalHits @2 :UInt64;              # of the whole table
  totalWeight @3 :UInt64;
  id @4 :UInt32;                     # the table's
  closed @5 :Bool;                   # its client had gone, and the entry names none; those are in the order of that
  pid @6 :UInt32;                    # its client's process; 0: unknown
  process @7 :Text;                  # at most 15 bytes
}

struct Lane {
  name @0 :Text;                     # at most 31 bytes
  records @1 :UInt32;                # wanted
  shared @2 :Bool;                   # its client writes it itself
}

struct Slots {
  at @0 :UInt64;                     # slots written to this lane before these
  values @1 :UInt64;                 # as the lane's header has it
  words @2 :List(UInt64);            # two a slot, as they lie in the lane; at most 256
}

struct Look {
  ticks @0 :UInt64;
  nowNs @1 :UInt64;
}

struct Trace {
  sessionId @0 :UInt32;              # as in ExportRequest
  capBytes @1 :UInt64;
}
