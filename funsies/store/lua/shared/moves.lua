-- Transitions of one operation, and leases.

-- A slot without a lease is remembered for a while.
local function let_expire(slot)
  if call('HEXISTS', P .. 's:' .. slot, 'o') == 0 then
    call('EXPIRE', P .. 's:' .. slot, SLOT_MEMORY_SECONDS)
  end
end

local function drop_lease(slot)
  call('ZREM', P .. 'L', slot)
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

local LEAVE = {
  w = function(o) blocked[o.id] = false end,
  g = function(o) blocked[o.id] = false end,
  z = function(o) call('ZREM', P .. 'Z', o.id) end,
  r = function(o) call('ZREM', P .. 'q:' .. o.q, o.k .. o.id) end,
  u = function(o) leave_lease(o.S, o.id) end,
}

-- THE transition: the only place where a status changes. What belongs to the status that is
-- left goes with it, and the counters are kept. `fields` are set with the new status. Fields
-- of the state that is left may stay until the end; they mean nothing without their status.
local function move(o, d, to, fields)
  if o.s then
    if LEAVE[o.s] then LEAVE[o.s](o) end
    count(d.name, o.s, -1)
    if o.v and is_finished(o.s) then count(d.name, VOLATILE, -1) end
  end
  if to then count(d.name, to, 1) end
  if to == WAITING or to == DELEGATED then blocked[o.id] = true end
  o.s, moved[o.id] = to, o
  if is_pending(to) then
    call('HSET', o.key, 's', to, unpack(fields))
    o.is_stored = true
    return
  end
  if o.is_stored then call('DEL', o.key) end
  if o.g > 0 then append(fields, 'g', o.g, 'q', o.q) end
  if to then append(fields, 's', to, 'a', o.a) end
  if to and o.t then append(fields, 't', o.t) end
  call_many('HSET', o.key, fields)
  o.is_stored = #fields > 0
end

local function make_delayed(o, d, due)
  move(o, d, DELAYED, {})
  call('ZADD', P .. 'Z', due, o.id)
end

local function wait_for(o, d, list, more_fields)
  local own_epoch = new_epoch(o.id)
  move(o, d, WAITING, append(more_fields or {}, 'e', own_epoch, 'm', #list))
  for _, producer in ipairs(list) do
    call('RPUSH', P .. 'w' .. producer, o.id .. own_epoch)
  end
end

local function delegate_to(o, d, target)
  local own_epoch = new_epoch(o.id)
  move(o, d, DELEGATED, { 'e', own_epoch, 'T', target })
  call('RPUSH', P .. 'w' .. target:sub(1, 32), o.id .. own_epoch)
end

-- Have an operation run under a fence of this slot, whose lease is written elsewhere.
local function start_running(o, d, slot, fence)
  move(o, d, RUNNING, { 'f', fence, 'S', slot, 'a', o.a, 't', o.t or '', 'u', o.u and '1' or '' })
  o.f, o.S = fence, slot
end

-- Give the lease on an operation to another slot, which is called `worker` when it is lost for good.
local function hand_over(o, d, lease, slot, fence, expires)
  start_running(o, d, slot, fence)
  call('ZADD', P .. 'L', expires, slot)
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
  if counter then
    o[counter] = o[counter] + 1
    call('HSET', o.key, counter, o[counter])
  end
  if not counter or counter == 'i' then
    o.a = o.a - 1
    call('HSET', o.key, 'a', o.a)
  end
end

-- Have an operation start as if it had never been run.
local function begin_anew(o)
  o.a, o.y, o.l, o.i = 0, 0, 0, 0
  call('HSET', o.key, 'a', 0)
  call('HDEL', o.key, 'y', 'l', 'i', 'b')
end

-- Whether one more loss is not yet the last.
local function may_be_lost(o)
  return o.l + 1 < o.L
end

-- Forget how an operation ended; its generation and its queue stay known.
local function clear(o, d)
  if is_finished(o.s) then
    call('HDEL', P .. 'R', o.id)
    call('HDEL', P .. 'G', o.id)
  end
  move(o, d, NONE, {})
  o.a, o.v, o.t, o.w, o.u, o.y, o.l, o.i = 0, false, false, false, false, 0, 0, 0
end

local function forget_trace(o)
  if o.t then call('HDEL', P .. 'T', o.t) end
end
