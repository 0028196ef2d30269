-- Ready queues, leases, and transitions of one operation.

-- Changes are written when the queue is looked at, or at the end of a call.
local function queued_in(queue)
  local places = queued[queue]
  if not places then
    places = {}
    queued[queue] = places
  end
  return places
end

local function enqueue(o, place)
  o.k = place
  queued_in(o.q)[place .. o.id] = -tonumber(o.p)
  if o.q == claimed_queue then has_grown = true end
  if not fed_queues[o.q] then
    fed_queues[o.q] = true
    ask('SADD', 'Q', o.q)
  end
end

local function take_from_queue(o)
  queued_in(o.q)[o.k .. o.id] = false
end

local function is_in_queue(o)
  local change = queued_in(o.q)[o.k .. o.id]
  if change ~= nil then return change ~= false end
  return call('ZSCORE', P .. 'q:' .. o.q, o.k .. o.id)
end

local function flush_queue(queue)
  local added, removed = {}, {}
  for place, score in pairs(queued[queue] or {}) do
    if score then
      added[#added + 1] = score
      added[#added + 1] = place
    else
      removed[#removed + 1] = place
    end
  end
  queued[queue] = nil
  ask_many('ZADD', 'q:' .. queue, added)
  ask_many('ZREM', 'q:' .. queue, removed)
end

local function flush_queues()
  for queue in pairs(queued) do flush_queue(queue) end
end

-- A slot without a lease is remembered for a while.
local function let_expire(slot)
  if call('HEXISTS', P .. 's:' .. slot, 'o') == 0 then
    call('EXPIRE', P .. 's:' .. slot, SLOT_MEMORY_SECONDS)
  end
end

local function drop_lease(slot)
  ask('ZREM', 'L', slot)
  call('HDEL', P .. 's:' .. slot, 'o', 'f', 'b', 'p', 'w')
  call('EXPIRE', P .. 's:' .. slot, SLOT_MEMORY_SECONDS)
end

local function cut(text, width)
  local pieces = {}
  for first = 1, #text, width do pieces[#pieces + 1] = text:sub(first, first + width - 1) end
  return pieces
end

-- A lease from the fields of its slot; nil for none. A slot has one lease on all that it holds:
-- operations in the order in which they were claimed, each with a fence.
local function read_lease(slot, operations, fences, started, worker, is_prolonged)
  if not operations or not fences then return nil end
  local lease = { operations = cut(operations, 32), fences = cut(fences, FENCE),
    started = started or told, worker = filled(worker), is_prolonged = filled(is_prolonged), slot = slot }
  return #lease.operations == #lease.fences and #lease.fences > 0 and lease or nil
end

-- What a slot holds; nil if nothing.
local function lease_of(slot)
  if slot == stepping_slot then
    return #stepping_lease.operations > 0 and stepping_lease or nil
  end
  return read_lease(slot, unpack(call('HMGET', P .. 's:' .. slot, 'o', 'f', 'b', 'w', 'p')))
end

-- The fence under which a lease holds an operation; nil if it does not.
local function held_under(lease, id)
  for place, each in ipairs(lease and lease.operations or {}) do
    if each == id then return lease.fences[place], place end
  end
end

-- Take an operation off the lease under which it ran; the last one ends the lease.
local function leave_lease(slot, id)
  local lease = lease_of(slot)
  local _, place = held_under(lease, id)
  if not place then return end
  table.remove(lease.operations, place)
  table.remove(lease.fences, place)
  if slot == stepping_slot then return end
  if #lease.operations == 0 then return drop_lease(slot) end
  call('HSET', P .. 's:' .. slot, 'o', table.concat(lease.operations),
    'f', table.concat(lease.fences))
end

-- How an operation comes to wait for inputs that are still to be looked at, some at a time (enlist).
-- Whoever does that has some time for each page. If it is gone by then, a sweep makes the operation
-- ready, and who claims it looks at its inputs anew.
local enlisting = {}
do
  local MOST_PAUSE_MS = 30000

  function enlisting.go_on(o)
    ask('ZADD', 'A', now + MOST_PAUSE_MS, o.id)
  end

  function enlisting.finish(o)
    o.is_enlisting = false
    ask('ZREM', 'A', o.id)
  end
end

local LEAVE = {
  w = function(o)
    blocked[o.id] = false
    if o.is_enlisting then enlisting.finish(o) end
  end,
  g = function(o) blocked[o.id] = false end,
  z = function(o) ask('ZREM', 'Z', o.id) end,
  r = function(o) take_from_queue(o) end,
  u = function(o) leave_lease(o.S, o.id) end,
}

-- Take an operation out of the counters of the state that it is in.
local function uncount(o, name)
  count(name, o.s, -1)
  if o.v and is_finished(o.s) then count(name, VOLATILE, -1) end
  if o.is_skipped then count(name, SKIPPED, -1) end
end

-- THE transition: the only place where a status changes. What belongs to the status that is
-- left goes with it, and the counters are kept. What the new status needs is put into `o` by
-- whoever moves it, before or after.
local function move(o, d, to)
  if o.s then
    if LEAVE[o.s] then LEAVE[o.s](o) end
    uncount(o, d.name)
  end
  if to then count(d.name, to, 1) end
  if to == WAITING or to == DELEGATED then blocked[o.id] = true end
  o.s, o.is_enlisting, o.is_skipped = to, false, false
  dirty(o)
end

-- Beginning of an operation's place in its queue, among those of the same priority.
local function rank(o, order)
  return u64(o.h) .. string.char(order)
end

-- What was unlocked last comes first; what was requested comes in the order of the request.
local function put_in_queue(o, d, order)
  local number = next_number()
  if order == UNLOCKED then number = 2 ^ 53 - number end
  move(o, d, READY)
  enqueue(o, rank(o, order) .. u64(number))
end

-- Put what is held where it belongs.
local function let_go()
  local o, d = held.o, held.d
  held = nil
  put_in_queue(o, d, UNLOCKED)
end

-- Make an operation ready. What the present step unlocks on the queue from which it is about
-- to claim is held, as it is likely to be claimed at once: that saves half a dozen commands.
local function make_ready(o, d, order)
  if held then let_go() end
  if o.s == WAITING and o.q == claimed_queue then
    held = { o = o, d = d }
  else
    put_in_queue(o, d, order)
  end
end

-- The operation that is held, to be claimed; nil if another comes first. Nobody looks at a queue
-- that is known to be empty.
local function take_held(is_empty)
  flush_queue(claimed_queue)
  local head = is_empty and {} or call('ZRANGE', P .. 'q:' .. claimed_queue, 0, 0, 'WITHSCORES')
  local o, d = held.o, held.d
  if head[1] then
    local score, own_score = tonumber(head[2]), -tonumber(o.p)
    local is_first = own_score < score
      or own_score == score and rank(o, UNLOCKED) <= head[1]:sub(1, 9)
    if not is_first then
      let_go()
      return nil
    end
  end
  held = nil
  return o, d
end

-- Have producers wake an operation that waits.
local function register_with(o, producers)
  for _, producer in ipairs(producers) do call('RPUSH', P .. 'w' .. producer, o.id .. o.e) end
end

local function is_registered(o, producer)
  return call('LPOS', P .. 'w' .. producer, o.id .. o.e)
end

local function wait_for(o, d, list)
  move(o, d, WAITING)
  o.e, o.m = new_epoch(o.id), #list
  register_with(o, list)
end

-- One is missing more than are known, so that nobody makes it ready in between; whoever asks for the
-- operation begins anew, by another epoch, as who has begun may be gone.
function enlisting.begin(o, d)
  move(o, d, WAITING)
  o.e, o.m, o.is_enlisting = new_epoch(o.id), 1, true
  enlisting.go_on(o)
end

local function delegate_to(o, d, target)
  move(o, d, DELEGATED)
  o.e, o.T = new_epoch(o.id), target
  call('RPUSH', P .. 'w' .. target:sub(1, 32), o.id .. o.e)
end

-- Have an operation run under a fence of this slot, whose lease is written elsewhere.
local function start_running(o, d, slot, fence)
  move(o, d, RUNNING)
  o.f, o.S = fence, slot
end

-- Give the lease on an operation to another slot, which is called `worker` when it is lost for good.
local function hand_over(o, d, lease, slot, fence, expires)
  start_running(o, d, slot, fence)
  ask('ZADD', 'L', expires, slot)
  call('HSET', P .. 's:' .. slot, 'o', o.id, 'f', fence, 'b', lease.started,
    'w', lease.worker or lease.slot, 'p', '1')
  call('PERSIST', P .. 's:' .. slot)
end

local function count_lost(d, lease)
  if not lease.worker then count(d.name, LOST, 1) end
end

-- Charge an operation that is put back with what has ended its run: its own failures (y), of which
-- the options allow some retries, and losses (l), of which they allow others. An attempt that is
-- charged to neither does not count at all; then an input that was lost (i) is counted by itself.
local function charge(o, counter)
  if counter then o[counter] = o[counter] + 1 end
  if not counter or counter == 'i' then o.a = o.a - 1 end
  dirty(o)
end

-- Whether one more loss is not yet the last.
local function may_be_lost(o)
  return o.l + 1 < o.L
end

-- Forget how an operation ended; its generation and its queue stay known.
local function clear(o, d)
  if is_finished(o.s) then
    o.record = false
    put('G', o.id, false)
  end
  move(o, d, NONE)
  o.a, o.v, o.t, o.w, o.u, o.x, o.y, o.l, o.i = 0, false, false, false, false, false, 0, 0, 0
  o.is_single, o.results = false, ''
end

local function forget_trace(o)
  if o.t then put('T', o.t, false) end
end
