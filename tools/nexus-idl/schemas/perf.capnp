# SPDX-License-Identifier: Apache-2.0
@0xd5734367316ea7ac;

# The Perf interface of perfd, the frame pacing tracer.
#
# Units stand in the names: Ns is nanoseconds of the service's clock (`info` names it), Us microseconds,
# MilliFps thousandths of a frame a second. Errors are a `status` in the result; an exception is for what
# is not a call at all. New fields and methods are only appended. Each Text, Data and List says its bound;
# a longer one is `invalid`. A text that is null on the wire is the empty text.

enum Status {
  ok @0;
  notFound @1;
  accessDenied @2;
  readOnly @3;
  notDirectory @4;
  isDirectory @5;
  exists @6;
  noSpace @7;
  tooBig @8;
  integrity @9;
  busy @10;
  invalid @11;
  unsupported @12;
  io @13;
  rateLimited @14;
}

interface Perf {
  # What the sender may call is the port's policy; `info` says which capabilities it has.

  start @0 StartRequest -> StartResponse;             # perf.control
  stop @1 StopRequest -> StopResponse;                # perf.control
  markBegin @2 MarkRequest -> MarkResponse;           # perf.mark
  markEnd @3 MarkRequest -> MarkResponse;             # perf.mark
  frameTick @4 FrameTickRequest -> FrameTickResponse; # perf.mark
  exportLast @5 ExportRequest -> ExportResponse;      # perf.export
  metrics @6 MetricsRequest -> MetricsResponse;       # perf.read
  readTrace @7 ReadTraceRequest -> ReadTraceResponse; # perf.export
  record @8 RecordRequest -> RecordResponse;          # perf.mark
  openLane @9 OpenLaneRequest -> OpenLaneResponse;    # perf.mark
  closeLane @10 CloseLaneRequest -> CloseLaneResponse; # perf.mark
  frames @11 FramesRequest -> FramesResponse;         # perf.read
  label @12 LabelRequest -> LabelResponse;            # perf.mark
  info @13 InfoRequest -> InfoResponse;               # perf.read
  readLog @14 ReadLogRequest -> ReadLogResponse;      # perf.export
  amendFrame @15 AmendFrameRequest -> AmendFrameResponse; # perf.mark
  janks @16 JanksRequest -> JanksResponse;            # perf.read
  snapshots @17 SnapshotsRequest -> SnapshotsResponse; # perf.read
  lanes @18 LanesRequest -> LanesResponse;            # perf.read
  counterGroup @19 CounterGroupRequest -> CounterGroupResponse; # perf.mark
  sampleCounters @20 SampleCountersRequest -> SampleCountersResponse; # perf.mark
  counterState @21 CounterStateRequest -> CounterStateResponse; # perf.mark
  counters @22 CountersRequest -> CountersResponse;   # perf.read
  counterSamples @23 CounterSamplesRequest -> CounterSamplesResponse; # perf.read
  addHotspots @24 AddHotspotsRequest -> AddHotspotsResponse; # perf.mark
  hotspots @25 HotspotsRequest -> HotspotsResponse;   # perf.read
}

# --- start, stop ---

struct StartRequest {
  name @0 :Text;                     # 1..48 of [A-Za-z0-9._-], not starting with '.'
  budgetNs @1 :UInt64 = 16666667;    # 1 us .. 10 s
  longFrameNs @2 :UInt64;            # 0: 3/2 of the frame's budget, rounded up
  warmupFrames @3 :UInt32;           # first ticks that count in no metric
  idleGapNs @4 :UInt64;              # a longer gap is idleness, not an interval; 0: no such rule
  categories @5 :Text;               # at most 127 bytes: of the marks that the session's traces show, with
                                     # commas between them; an empty one among them stands for marks without
                                     # a category; empty: all. An image may have no code for it: then all
  oneshot @6 :Bool;                  # keeps the oldest, until the ring and the lanes are full; likewise
}

struct StartResponse {
  status @0 :Status;                 # ok, invalid, busy (all slots run), accessDenied
  sessionId @1 :UInt32;              # 1 or more
}

struct StopRequest {
  sessionId @0 :UInt32;              # 0: the one that this caller started, else the only one
}

struct StopResponse {
  status @0 :Status;                 # ok, notFound, invalid (0 and several run), accessDenied
  metrics @1 :Metrics;
}

# --- marks ---

struct MarkRequest {
  lane @0 :UInt32;                   # 0: the caller's own
  name @1 :Text;                     # 1..63 bytes
  timeNs @2 :UInt64;                 # 0: on arrival
}

struct MarkResponse {
  status @0 :Status;                 # ok, notFound (no session, no such lane), invalid, rateLimited, noSpace (no
                                     # lane, or a oneshot session has filled it)
}

enum FlowStep {
  start @0;
  step @1;
  end @2;
}

struct Record {
  timeNs @0 :UInt64;                 # 0: on arrival
  lane @1 :UInt32;                   # 0: the caller's own
  label @2 :UInt32;                  # from `label`; 0: see name
  name @3 :Text;                     # 1..63 bytes where label is 0
  union {
    begin @4 :Void;                  # opens a span
    end @5 :Void;                    # closes the nearest open span of its name
    instant @6 :Void;
    counter @7 :Int64;               # the counter's new value
    frame @8 :FrameTick;             # the fields above are not looked at
    flow :group {
      id @9 :UInt64;
      step @10 :FlowStep;
    }
    asyncBegin @11 :UInt64;          # the pair's id
    asyncEnd @12 :UInt64;
  }
}

struct RecordRequest {
  records @0 :List(Record);          # at most 64
}

struct RecordResponse {
  status @0 :Status;                 # of the first record that was refused, else ok
  accepted @1 :UInt32;               # how many from the front were taken; none after a refused one
}

struct OpenLaneRequest {
  name @0 :Text;                     # 0..31 bytes; empty: "lane <id>"
  records @1 :UInt32;                # wanted; 0: the default
  shared @2 :Bool;                   # the caller would write it itself, in shared memory
}

struct OpenLaneResponse {
  status @0 :Status;                 # ok, invalid, noSpace (every lane is in use)
  lane @1 :UInt32;                   # 1 or more
  recordCount @2 :UInt32;            # granted: a power of two, of which a shared lane's header takes four
  bytes @3 :UInt64;                  # of shared memory; 0: written by calls only
  fdIndex @4 :UInt32;                # POSIX: which of the descriptors passed with the answer is the
                                     # lane's; the next is the enable page's
  address @5 :UInt64;                # image: where the lane is mapped
  clockMult @6 :UInt32;              # ns = ticks * clockMult >> clockShift; 0: times are in ns
  clockShift @7 :UInt32;
  enableAddress @8 :UInt64;          # image: where the enable word is mapped
}

struct CloseLaneRequest {
  lane @0 :UInt32;
}

struct CloseLaneResponse {
  status @0 :Status;                 # ok, notFound (not a lane of the caller's)
}

struct LanesRequest {
  fromLane @0 :UInt32;               # lanes with this id and above; 0 is the account of marks without a lane
  max @1 :UInt32;                    # 1..16
}

struct LaneInfo {
  lane @0 :UInt32;
  name @1 :Text;                     # at most 31 bytes
  recordCount @2 :UInt32;            # that it has room for
  shared @3 :Bool;                   # its client writes it itself
  closed @4 :Bool;                   # its records stay until the place is needed
  # Since it was opened; of a shared one, as it is found now. written is the sum of the six below.
  written @5 :UInt64;
  resident @6 :UInt64;
  overwritten @7 :UInt64;
  droppedTorn @8 :UInt64;
  droppedMalformed @9 :UInt64;
  droppedRate @10 :UInt64;
  droppedNoSession @11 :UInt64;
  # Of the client that opened it; a trace has the lane under this one.
  pid @12 :UInt32;                   # 0: unknown, or perfd's own lane
  process @13 :Text;                 # its name, at most 15 bytes
}

struct LanesResponse {
  status @0 :Status;                 # ok, invalid
  lanes @1 :List(LaneInfo);          # at most 16, by rising ids
  more @2 :Bool;                     # there are others above the last one
}

# --- groups of counters ---

enum CounterKind {
  count @0;                          # a total that only grows; its amount in a sample is how much it grew
  gauge @1;                          # a level; its amount is the level
  ns @2;                             # a count of nanoseconds
}

enum CounterState {
  ok @0;
  unsupported @1;                    # there is no such thing here: it has no figures
  notPermitted @2;                   # there is, and it may not be counted: likewise
  disabled @3;                       # switched off: its figures are 0
  warming @4;                        # no figure yet
  failed @5;
}

struct CounterDefinition {
  name @0 :Text;                     # 1..47 bytes
  unit @1 :Text;                     # 0..15 bytes: bytes, ns
  kind @2 :CounterKind;
}

struct CounterGroupRequest {
  name @0 :Text;                     # 1..31 bytes
  counters @1 :List(CounterDefinition); # 1..64, of different names
}

struct CounterGroupResponse {
  status @0 :Status;                 # ok, invalid (also: other counters than the caller's group of that name
                                     # has), noSpace, unsupported
  group @1 :UInt32;                  # 1 or more; the same for the same group again
}

struct SampleCountersRequest {
  group @0 :UInt32;
  timeNs @1 :UInt64;                 # 0: on arrival; never before the sample in front
  values @2 :List(Int64);            # of all of its counters, in their order; a total or a level each
}

struct SampleCountersResponse {
  status @0 :Status;                 # ok, notFound (not a group of the caller's), invalid, unsupported
}

struct CounterStateRequest {
  group @0 :UInt32;
  first @1 :UInt32;                  # the index of the first of these counters
  count @2 :UInt32;                  # 1 or more
  state @3 :CounterState;            # ok: warming until its next sample; warming: until the caller
                                     # says ok
  reason @4 :Text;                   # at most 63 bytes, for people
}

struct CounterStateResponse {
  status @0 :Status;                 # as of sampleCounters
}

struct CountersRequest {
  fromGroup @0 :UInt32;              # the group with the lowest id from this one on
  fromCounter @1 :UInt32;            # its counters from this index on
  max @2 :UInt32;                    # 1..32
}

struct CounterFigures {
  name @0 :Text;                     # at most 47 bytes
  unit @1 :Text;                     # at most 15 bytes
  kind @2 :CounterKind;
  state @3 :CounterState;
  reason @4 :Text;                   # at most 63 bytes
  samples @5 :UInt32;                # of the window: those that it was counted in. 0: the figures are 0
  last @6 :Int64;                    # the last sample's amount
  total @7 :Int64;                   # of a gauge the level, else of all samples
  sum @8 :Int64;                     # of the window's amounts, as are the next two
  p95 @9 :Int64;                     # nearest rank
  max @10 :Int64;
}

struct CountersResponse {
  status @0 :Status;                 # ok, notFound (no group from that id on), invalid, unsupported
  group @1 :UInt32;
  name @2 :Text;                     # at most 31 bytes
  pid @3 :UInt32;                    # its client's process; 0: unknown
  process @4 :Text;                  # at most 15 bytes
  closed @5 :Bool;                   # its client has gone
  counterCount @6 :UInt32;
  samples @7 :UInt64;                # ever
  lastNs @8 :UInt64;                 # the last one's time
  windowSamples @9 :UInt32;          # the window: the last 60 samples, or as many as there are
  windowNs @10 :UInt64;              # from the sample before it (or its first one) to its last
  counters @11 :List(CounterFigures); # at most 32
  more @12 :Bool;                    # of this group
}

struct CounterSamplesRequest {
  group @0 :UInt32;
  afterSeq @1 :UInt64;               # samples after this one; 0: all that are there
  max @2 :UInt32;                    # 1..16
}

struct CounterSample {
  seq @0 :UInt64;                    # 1 for the group's first
  timeNs @1 :UInt64;
  amounts @2 :List(Int64);           # at most 64; 0 where a counter was not counted
}

struct CounterSamplesResponse {
  status @0 :Status;                 # ok, notFound (no such group), invalid, unsupported
  samples @1 :List(CounterSample);   # at most 16, oldest first
  missed @2 :UInt64;                 # of those asked for: they are not kept any more
}

# --- hotspots ---

struct Hotspot {
  key @0 :UInt64;                    # a program counter, say
  hits @1 :UInt64;                   # of the answer: since the key came into the table
  weight @2 :UInt64;                 # what it is ranked by; of a request, 0: its hits
  error @3 :UInt64;                  # of the answer: how much of the weight may be others'
}

struct AddHotspotsRequest {
  table @0 :Text;                    # 1..31 bytes: the caller's, made where there is none
  entries @1 :List(Hotspot);         # at most 64, none with neither hits nor weight
}

struct AddHotspotsResponse {
  status @0 :Status;                 # ok, invalid, noSpace (no place for one more table), unsupported
}

struct HotspotsRequest {
  fromTable @0 :UInt32;              # the table with the lowest id from this one on
  max @1 :UInt32;                    # 1..50
}

struct HotspotsResponse {
  status @0 :Status;                 # ok, notFound (no table from that id on), invalid, unsupported
  table @1 :UInt32;
  name @2 :Text;                     # at most 31 bytes
  pid @3 :UInt32;                    # its client's process; 0: unknown
  process @4 :Text;                  # at most 15 bytes
  closed @5 :Bool;                   # its client has gone
  kept @6 :UInt32;                   # keys; at most 256
  totalHits @7 :UInt64;              # of all that was added
  totalWeight @8 :UInt64;
  entries @9 :List(Hotspot);         # at most 50, the heaviest first
}

struct LabelRequest {
  name @0 :Text;                     # 1..63 bytes
  category @1 :Text;                 # 0..31 bytes
  file @2 :Text;                     # 0..127 bytes
  line @3 :UInt32;
  budgetCpuUs @4 :UInt64;            # 0: none, here and below
  budgetGpuUs @5 :UInt64;
  budgetMemBytes @6 :UInt64;
}

struct LabelResponse {
  status @0 :Status;                 # ok, invalid
  label @1 :UInt32;                  # good while the connection lasts; 0: no room, `<unknown>`
}

# --- frames ---

struct FrameTick {
  sessionId @0 :UInt32;              # 0: the one that this caller started, else the only one running
  frameId @1 :UInt64;                # strictly increasing within a session
  presentedAtNs @2 :UInt64;          # 0: on arrival
  beganAtNs @3 :UInt64;              # 0: not given
  deadlineAtNs @4 :UInt64;           # 0: none
  uiNs @5 :UInt64;                   # 0: not given, for each of the four phases
  layoutNs @6 :UInt64;
  renderNs @7 :UInt64;
  presentNs @8 :UInt64;
  inputAtNs @9 :UInt64;              # 0: none
  budgetNs @10 :UInt64;              # 0: the session's; else 1 us .. 10 s
  presented @11 :Bool = true;        # false: the frame was thrown away
  afterIdle @12 :Bool;               # nothing was drawn before it on purpose
}

struct FrameTickRequest {
  tick @0 :FrameTick;
}

struct FrameTickResponse {
  status @0 :Status;                 # ok, notFound (no session), busy (another client ticks it), invalid,
                                     # noSpace (a oneshot session that is full)
}

struct FrameSample {
  seq @0 :UInt64;                    # 1 for the session's first presented frame
  frameId @1 :UInt64;
  presentedAtNs @2 :UInt64;
  intervalNs @3 :UInt64;             # 0: none
  workNs @4 :UInt64;                 # 0: unknown
  uiNs @5 :UInt64;
  layoutNs @6 :UInt64;
  renderNs @7 :UInt64;
  presentNs @8 :UInt64;
  budgetNs @9 :UInt64;               # in force for this frame
  long @10 :Bool;
  dropped @11 :Bool;
  late @12 :Bool;
  idle @13 :Bool;
}

struct FramesRequest {
  sessionId @0 :UInt32;              # as in MetricsRequest
  afterSeq @1 :UInt64;               # 0: from the oldest in the ring
  max @2 :UInt32;                    # 1..64
}

struct FramesResponse {
  status @0 :Status;                 # ok, notFound, invalid
  frames @1 :List(FrameSample);      # at most 64, oldest first
  missed @2 :UInt64;                 # asked for, but no longer in the ring
}

# --- metrics ---

struct PhaseMetrics {
  avgNs @0 :UInt64;
  p95Ns @1 :UInt64;
  worstNs @2 :UInt64;
}

enum Bound {
  unknown @0;                        # there are no such frames
  cpu @1;                            # also where both are equal
  gpu @2;
}

struct Metrics {
  sessionId @0 :UInt32;
  name @1 :Text;                     # at most 48 bytes
  running @2 :Bool;
  hasIntervals @3 :Bool;             # false: every figure over intervals is 0
  sessionExact @4 :Bool;             # the session's percentiles are exact
  # Over the window.
  budgetNs @5 :UInt64;
  longFrameNs @6 :UInt64;
  frames @7 :UInt64;
  milliFps @8 :UInt64;
  avgNs @9 :UInt64;
  p50Ns @10 :UInt64;
  p95Ns @11 :UInt64;
  p99Ns @12 :UInt64;
  p999Ns @13 :UInt64;
  low1MilliFps @14 :UInt64;
  low01MilliFps @15 :UInt64;         # 0 under 1,000 intervals
  longestNs @16 :UInt64;
  longFrames @17 :UInt64;
  dropped @18 :UInt64;
  late @19 :UInt64;
  workAvgNs @20 :UInt64;
  workP95Ns @21 :UInt64;
  workP99Ns @22 :UInt64;
  overBudget @23 :UInt64;
  latencyCount @24 :UInt64;
  latencyP50Ns @25 :UInt64;
  latencyP95Ns @26 :UInt64;
  latencyP99Ns @27 :UInt64;
  # Over the whole session.
  sessionFrames @28 :UInt64;
  sessionMilliFps @29 :UInt64;
  sessionP50Ns @30 :UInt64;
  sessionP95Ns @31 :UInt64;
  sessionP99Ns @32 :UInt64;
  sessionP999Ns @33 :UInt64;
  sessionLongestNs @34 :UInt64;
  sessionLong @35 :UInt64;
  sessionDropped @36 :UInt64;
  sessionLate @37 :UInt64;
  sessionNs @38 :UInt64;             # the sum of its intervals
  jankDropped @39 :UInt64;
  jankApp @40 :UInt64;
  jankGpu @41 :UInt64;
  jankPipeline @42 :UInt64;
  jankUnknown @43 :UInt64;
  phases @44 :List(PhaseMetrics);    # empty, or the four: ui, layout, render, present
  # Over the counted frames of the window of which amendFrame has brought the GPU's time, and the work is known.
  gpuFrames @45 :UInt64;
  gpuAvgNs @46 :UInt64;
  gpuWorkAvgNs @47 :UInt64;          # their work
  bound @48 :Bound;                  # the larger one's
  lastFrameId @49 :UInt64;           # of the last tick that was taken, shown or thrown away; 0: there was none
}

struct Health {
  # Records on all lanes since the service started:
  # written = resident + overwritten + droppedTorn + droppedMalformed + droppedRate + droppedNoSession.
  ledgerBalanced @0 :Bool;
  written @1 :UInt64;
  resident @2 :UInt64;
  overwritten @3 :UInt64;
  droppedTorn @4 :UInt64;
  droppedMalformed @5 :UInt64;
  droppedRate @6 :UInt64;
  droppedNoSession @7 :UInt64;
  # The last export: copied = exported + cut + filtered + unpaired + outside (of the session's time).
  copied @8 :UInt64;
  exported @9 :UInt64;
  cut @10 :UInt64;
  filtered @11 :UInt64;
  unpaired @12 :UInt64;
  outside @13 :UInt64;
  # Its spans: begins = paired + closedAtExport + closedByParent + beginsTooDeep,
  # ends = paired + orphan + mismatched + endsTooDeep.
  begins @14 :UInt64;
  paired @15 :UInt64;
  closedAtExport @16 :UInt64;
  closedByParent @17 :UInt64;
  beginsTooDeep @18 :UInt64;
  ends @19 :UInt64;
  orphan @20 :UInt64;
  mismatched @21 :UInt64;
  endsTooDeep @22 :UInt64;
  # Frames refused, by reason.
  ticksBackwards @23 :UInt64;
  ticksFuture @24 :UInt64;
  ticksInvalid @25 :UInt64;
  ticksNoSession @26 :UInt64;
  ticksBusy @27 :UInt64;
  labelsUsed @28 :UInt64;
  labelsUnknown @29 :UInt64;         # times that a label got `<unknown>` because of a limit
  # Calls and connections turned away, by class of the reject marker.
  rejectInvalid @30 :UInt64;
  rejectDenied @31 :UInt64;
  rejectOverLimit @32 :UInt64;
  rejectRateLimited @33 :UInt64;
  rejectMalformed @34 :UInt64;
  # What the service itself has cost.
  calls @35 :UInt64;
  costLastSecondNs @36 :UInt64;      # spent in calls during the last whole second
  worstCallNs @37 :UInt64;
  costLastFrameNs @38 :UInt64;       # of all calls since the frame before the last one; an image may not
                                     # have code for it: then 0, here and below
  worstFrameNs @39 :UInt64;
}

struct MetricsRequest {
  sessionId @0 :UInt32;              # 0: the caller's running one, else a running one, else the last
  phases @1 :Bool;                   # also the four phases: costs O(frames)
}

struct MetricsResponse {
  status @0 :Status;                 # ok, notFound
  metrics @1 :Metrics;
  health @2 :Health;                 # also where there is no session
}

# --- jank ---

struct AmendFrameRequest {
  sessionId @0 :UInt32;              # as in FrameTick
  frameId @1 :UInt64;
  gpuNs @2 :UInt64;                  # 1 .. 4,294,967,295: what the GPU took for it
}

struct AmendFrameResponse {
  status @0 :Status;                 # ok, notFound (no session, or the frame has left the ring), busy (another
                                     # client ticks it), invalid, unsupported
}

enum Cause {
  dropped @0;                        # the frame was thrown away
  app @1;                            # its work took longer than its budget
  gpu @2;                            # the GPU did
  pipeline @3;                       # its work is known, and was within the budget
  unknown @4;                        # its work is not known
}

struct Why {
  label @0 :Text;                    # 1..63 bytes
  selfNs @1 :UInt64;                 # in the frame's interval, over all lanes, without nested spans
}

struct Jank {
  seq @0 :UInt64;                    # 1 for the service's first
  frameId @1 :UInt64;
  shownAtNs @2 :UInt64;              # dropped: when it arrived
  intervalNs @3 :UInt64;             # since the last frame shown; 0: there was none
  budgetNs @4 :UInt64;
  workNs @5 :UInt64;                 # 0: unknown
  gpuNs @6 :UInt64;                  # 0: unknown
  sessionId @7 :UInt32;
  cause @8 :Cause;                   # the first that holds; may change when gpuNs comes
  why @9 :List(Why);                 # at most 3, the most first
}

struct JanksRequest {
  sessionId @0 :UInt32;              # as in MetricsRequest
  afterSeq @1 :UInt64;               # 0: from the oldest that is kept
  max @2 :UInt32;                    # 1..8
}

struct JanksResponse {
  status @0 :Status;                 # ok, notFound, invalid, unsupported
  janks @1 :List(Jank);              # at most 8, oldest first; of all sessions 64 are kept
  missed @2 :UInt64;                 # asked for, but kept no more; perhaps of other sessions
  linesHeldBack @3 :UInt64;          # markers over four a second, since the service started
}

struct SnapshotsRequest {
}

struct Snapshot {
  snapshotId @0 :UInt32;             # exportLast and readTrace take it for a sessionId
  sessionId @1 :UInt32;
  name @2 :Text;                     # of the session, at most 48 bytes
  jankSeq @3 :UInt64;                # the jank that it is about
  frameId @4 :UInt64;
  cause @5 :Cause;                   # when it was taken
  fromNs @6 :UInt64;
  toNs @7 :UInt64;
  frames @8 :UInt32;
  records @9 :UInt64;
}

struct SnapshotsResponse {
  status @0 :Status;                 # ok, unsupported
  snapshots @1 :List(Snapshot);      # at most 4, oldest first
}

# --- traces ---

struct ExportRequest {
  sessionId @0 :UInt32;              # 0: the last stopped, else the running one; or a snapshot's id
  name @1 :Text;                     # of the file, as a session's; empty: the session's
  maxBytes @2 :UInt64;               # 0: the default cap
}

struct ExportResponse {
  status @0 :Status;                 # ok, notFound, busy, invalid, tooBig, noSpace, io, unsupported
  uri @1 :Text;                      # at most 4200 bytes
  bytes @2 :UInt64;
  truncated @3 :Bool;
  framesDropped @4 :UInt32;
  recordsDropped @5 :UInt64;
}

struct ReadTraceRequest {
  sessionId @0 :UInt32;              # as in ExportRequest; looked at where exportId is 0
  exportId @1 :UInt32;               # 0: freeze an export and answer its first bytes
  offset @2 :UInt64;
  maxBytes @3 :UInt32;               # 1..the channel's largest chunk (`info`); 0: as much as fits
  capBytes @4 :UInt64;               # the trace's size cap where exportId is 0; 0: the default
}

struct ReadTraceResponse {
  status @0 :Status;                 # ok, notFound (a stale id, no session), busy, invalid, tooBig
  exportId @1 :UInt32;
  data @2 :Data;                     # at most maxBytes
  totalBytes @3 :UInt64;
  end @4 :Bool;                      # this chunk is the last
}

# --- info ---

struct InfoRequest {
}

struct Limits {
  sessions @0 :UInt32;
  frames @1 :UInt32;                 # in a session's ring
  lanes @2 :UInt32;
  laneRecords @3 :UInt32;            # of all lanes together
  labels @4 :UInt32;
  labelTextBytes @5 :UInt32;
  clients @6 :UInt32;
  clientLabels @7 :UInt32;
  spanDepth @8 :UInt32;
  recordsPerSecond @9 :UInt32;       # per client; 0: no limit
  exportBytes @10 :UInt64;           # a trace's default cap
  frameBytes @11 :UInt32;            # the largest message on this channel
  chunkBytes @12 :UInt32;            # the largest readTrace chunk on this channel
}

struct InfoResponse {
  status @0 :Status;
  version @1 :Text;                  # at most 31 bytes
  clockName @2 :Text;                # at most 31 bytes
  nowNs @3 :UInt64;
  clockStepNs @4 :UInt64;
  limits @5 :Limits;
  arenaBytes @6 :UInt64;
  arenaHighWater @7 :UInt64;
  features @8 :List(Text);           # at most 16 of at most 31 bytes
  mayControl @9 :Bool;               # what the caller may: start, stop
  mayMark @10 :Bool;                 # marks, frames, lanes, labels
  mayRead @11 :Bool;                 # metrics, frames, info
  mayExport @12 :Bool;               # exportLast, readTrace
  # What shared lanes are stamped with.
  tickName @13 :Text;                # at most 31 bytes: "tsc", "rdtime"; empty: ns of the clock above
  ticksPerSecond @14 :UInt64;
  tickErrorNs @15 :UInt64;           # the furthest that the conversion was found off the clock
}

# --- the run log ---

struct ReadLogRequest {
  # Reads the run log (runlog.capnp) as it is made. Who started it, or first read one that the service had
  # started itself, has it until its last byte was read, or until it hangs up: then the log is gone. What is
  # not fetched in time finds no room, and ends it.
  start @0 :Bool;                    # begin one now, with the clients, labels and lanes that are there
  stop @1 :Bool;                     # write the end
  maxBytes @2 :UInt32;               # 1..the channel's largest chunk (`info`); 0: as much as fits
}

struct ReadLogResponse {
  status @0 :Status;                 # ok, notFound (none was started), busy (another caller's), invalid,
                                     # noSpace (no room for what is there), tooBig (for maxBytes), unsupported,
                                     # accessDenied
  data @1 :Data;                     # whole entries, at most maxBytes; perhaps none
  end @2 :Bool;                      # the log's end is in data
  lost @3 :UInt64;                   # with the end: entries that found no room, 0 where the log is whole
}
