-- Transitions of one operation, and leases.

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

local take_from_queue

local LEAVE = {
  w = function(o) blocked[o.id] = false end,
  g = function(o) blocked[o.id] = false end,
  z = function(o) ask('ZREM', 'Z', o.id) end,
  r = function(o) take_from_queue(o) end,
  u = function(o) leave_lease(o.S, o.id) end,
}

-- THE transition: the only place where a status changes. What belongs to the status that is
-- left goes with it, and the counters are kept. What the new status needs is put into `o` by
-- whoever moves it, before or after.
local function move(o, d, to)
  if o.s then
    if LEAVE[o.s] then LEAVE[o.s](o) end
    count(d.name, o.s, -1)
    if o.v and is_finished(o.s) then count(d.name, VOLATILE, -1) end
  end
  if to then count(d.name, to, 1) end
  if to == WAITING or to == DELEGATED then blocked[o.id] = true end
  o.s, o.is_enlisting = to, false
  dirty(o)
end

local function make_delayed(o, d, due)
  move(o, d, DELAYED)
  ask('ZADD', 'Z', due, o.id)
end

-- Have producers wake an operation that waits.
local function register_with(o, producers)
  for _, producer in ipairs(producers) do call('RPUSH', P .. 'w' .. producer, o.id .. o.e) end
end

local function wait_for(o, d, list)
  move(o, d, WAITING)
  o.e, o.m = new_epoch(o.id), #list
  register_with(o, list)
end

-- Wait for inputs that are still to be looked at, some at a time (enlist.lua). One is missing more
-- than is known, so that nobody makes it ready in between; whoever asks for the operation begins
-- anew, by another epoch, as who has begun may be gone.
local function begin_enlisting(o, d)
  move(o, d, WAITING)
  o.e, o.m, o.is_enlisting = new_epoch(o.id), 1, true
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

-- Have an operation start as if it had never been run.
local function begin_anew(o)
  o.a, o.y, o.l, o.i, o.is_single = 0, 0, 0, 0, false
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
