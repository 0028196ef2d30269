-- Shared by all scripts, which follow it in one function library (see redis/library.py).
--
-- Each script registers one function: register(name, flags, body). It is called with
--   KEYS[1]  prefix of all keys of the namespace, e.g. "{funsies}:"
--   ARGV[1]  time in milliseconds; empty for the server's
-- and does all its looking and refusing before its first write: errors do not roll back.
--
-- Keys (raw 32-byte digests; see keys.py):
--   D I c O T R G C   hashes: definitions, artefacts, small contents, options, traces, records,
--                     logs, counters
--   o<operation>      hash: state     s g q a v r<i> t always; p w u x while pending;
--                     e m | e T | k | f S of waiting | delegated | ready | running
--   w<operation>      list: waiters, operation .. epoch        k<operation>  set: consumers
--   x<operation>      set: clients that watch                  t<task>       hash: tasks
--   q:<queue>         sorted set: ready     Z  sorted set: delayed     B  set: blocked
--   X, W<n>           list: cascades to finish, n .. producer; their waiters
--   L, s:<slot>       sorted set: leases by expiry; hash: what a slot holds and was answered
--   N n S Q           last number, last generation, time of the last sweep, known queues
--
-- Statuses: w waiting, r ready, z delayed, u running, g delegated, d done, f failed;
-- none for idle. Counters are a letter .. the name of the task: those of the statuses, s skipped,
-- l lost, x executed, k linked, b busy milliseconds. A packed result is 41 bytes: flags (1 value, 2 large), digest, size.

local call -- redis.call, which is not there while the library is loaded
local NONE, WAITING, READY, DELAYED, RUNNING = false, 'w', 'r', 'z', 'u'
local DELEGATED, DONE, FAILED = 'g', 'd', 'f'
local SKIPPED, LOST, EXECUTED, LINKED, BUSY_MS = 's', 'l', 'x', 'k', 'b'
local UNLOCKED, REQUESTED = 0, 1
local CASCADE_CHUNK, CASCADE_BUDGET, MOST_DIRECT = 50, 100, 8
local SLOT_MEMORY_SECONDS = 3600
local HEADER, INPUT = 49, 37
local MOST_ARGUMENTS = 4000

-- Of the present call: prefix, arguments, time, queues that got work.
local P, ARGV, now, fed_queues
-- What is written at its end, as many changes cancel out: counters; who is blocked and who not.
local counted, blocked
-- The number of its registrations with producers, and the operations that have used it.
local epoch, epoch_users
-- The slot whose lease the present step may replace by another, in one go; and whether the
-- old one is gone already.
local stepping_slot, is_slot_freed
-- The queue from which the present step claims, and the operation that it would find at the
-- head if it were put there: { o, d }.
local claimed_queue, held
-- Whether cascades were left for later.
local has_cascades

-- A command with any number of arguments after the key.
local function call_many(command, key, arguments)
  for first = 1, #arguments, MOST_ARGUMENTS do
    call(command, key, unpack(arguments, first, math.min(first + MOST_ARGUMENTS - 1, #arguments)))
  end
end

local function flush()
  for counter, by in pairs(counted) do
    if by ~= 0 then call('HINCRBY', P .. 'C', counter, by) end
  end
  local added, removed = {}, {}
  for id, is_blocked in pairs(blocked) do
    local list = is_blocked and added or removed
    list[#list + 1] = id
  end
  call_many('SADD', P .. 'B', added)
  call_many('SREM', P .. 'B', removed)
end

local function register(name, flags, body)
  redis.register_function({
    function_name = PREFIX .. name,
    flags = flags,
    callback = function(keys, arguments)
      call = redis.call
      P, ARGV, now = keys[1], arguments, tonumber(arguments[1])
      counted, blocked, fed_queues, epoch = {}, {}, {}, nil
      stepping_slot, is_slot_freed, claimed_queue, held, has_cascades = nil, false, nil, nil, false
      if not now then
        local time = call('TIME')
        now = time[1] * 1000 + math.floor(time[2] / 1000)
      end
      local answer = body()
      flush()
      return answer
    end,
  })
end

local function u64(number)
  return struct.pack('>I8', number)
end

local function from_u64(text)
  return (struct.unpack('>I8', text))
end

local function next_number()
  return call('INCR', P .. 'N')
end

-- A number for a registration of this operation, by which its entries are told from older ones.
local function new_epoch(id)
  if not epoch or epoch_users[id] then
    epoch, epoch_users = u64(next_number()), {}
  end
  epoch_users[id] = true
  return epoch
end

-- Definitions -------------------------------------------------------------------------------

local function parse(id, raw)
  local inputs, outputs, name, names = struct.unpack('>I4I4I4I4', raw, 34)
  local flags = raw:byte(33)
  local at = HEADER + INPUT * inputs
  return {
    id = id,
    raw = raw,
    strict = flags % 2 == 1,
    dynamic = flags >= 2,
    inputs = inputs,
    outputs = outputs,
    name = raw:sub(at + 1, at + name),
    names = at + name,
    artefacts = at + name + names,
  }
end

local function definition(id)
  local raw = call('HGET', P .. 'D', id)
  return raw and parse(id, raw)
end

-- Kind (0 producer, 1 small constant, 2 large constant), digest and index of an input.
local function input(d, number)
  local at = HEADER + INPUT * (number - 1) + 1
  local index = struct.unpack('>I4', d.raw, at + 33)
  return d.raw:byte(at), d.raw:sub(at + 1, at + 32), index
end

local function producers(d)
  local seen, list = {}, {}
  for number = 1, d.inputs do
    local kind, producer = input(d, number)
    if kind == 0 and not seen[producer] then
      seen[producer] = true
      list[#list + 1] = producer
    end
  end
  return list
end

-- State -------------------------------------------------------------------------------------

local function filled(value)
  return value ~= '' and value
end

-- What was asked for, as one field: options O, first generation h, limit of losses L, priority p.
local function pack_terms(o)
  return o.O .. u64(o.h) .. u64(math.min(o.L, 2 ^ 53)) .. o.p
end

local function load(id)
  local key = P .. 'o' .. id
  local v = call('HMGET', key, 's', 'g', 'q', 'a', 'v', 't', 'p', 'w', 'u', 'x', 'e', 'm',
    'T', 'k', 'f', 'S')
  local s, terms = v[1], v[7]
  local o = {
    id = id, key = key, s = s, g = tonumber(v[2] or 0), q = v[3] or '',
    a = tonumber(v[4] or 0), v = v[5], t = filled(v[6]), w = v[8], u = filled(v[9]), x = v[10],
    e = v[11], m = v[12], T = s == DELEGATED and v[13], k = s == READY and v[14],
    f = s == RUNNING and v[15], S = s == RUNNING and v[16], is_stored = s or v[2],
  }
  if terms then
    o.O, o.h, o.L = terms:sub(1, 32), struct.unpack('>I8I8', terms, 33)
    o.p = terms:sub(49)
  end
  return o
end

local function is_finished(s)
  return s == DONE or s == FAILED
end

local function is_pending(s)
  return s and not is_finished(s)
end

local function result_of(id, index)
  return call('HGET', P .. 'o' .. id, 'r' .. index)
end

local function is_ok(result)
  return result:byte(1) % 2 == 1
end

local function content_of(result)
  return result:sub(2, 33)
end

local function has_bytes(result)
  return result:byte(1) >= 2 or call('HEXISTS', P .. 'c', content_of(result)) == 1
end

-- Whether one result does for a request of this generation.
local function is_usable(result, volatile, made_for, generation)
  return (not volatile or tonumber(made_for or 0) >= generation) and has_bytes(result)
end

local function results_of(o, d)
  local results = {}
  for index = 0, d.outputs - 1 do
    results[index + 1] = result_of(o.id, index)
  end
  return results
end

local function satisfies(o, d, generation)
  if not is_finished(o.s) then return false end
  for _, result in ipairs(results_of(o, d)) do
    if not is_usable(result, o.v, o.g, generation) then return false end
  end
  return true
end

-- Counters are written once, at the end of a call: many changes cancel out.
local function count(name, counter, by)
  local field = counter .. name
  counted[field] = (counted[field] or 0) + by
end

-- Transitions -------------------------------------------------------------------------------

-- A slot without a lease is remembered for a while.
local function let_expire(slot)
  if call('HEXISTS', P .. 's:' .. slot, 'o') == 0 then
    call('EXPIRE', P .. 's:' .. slot, SLOT_MEMORY_SECONDS)
  end
end

local function drop_lease(slot)
  if slot == stepping_slot then
    is_slot_freed = true
    return
  end
  call('ZREM', P .. 'L', slot)
  call('HDEL', P .. 's:' .. slot, 'o', 'f', 'b', 'p', 'w')
  call('EXPIRE', P .. 's:' .. slot, SLOT_MEMORY_SECONDS)
end

local LEAVE = {
  w = function(o) blocked[o.id] = false end,
  g = function(o) blocked[o.id] = false end,
  z = function(o) call('ZREM', P .. 'Z', o.id) end,
  r = function(o) call('ZREM', P .. 'q:' .. o.q, o.k .. o.id) end,
  u = function(o) drop_lease(o.S) end,
}

-- THE transition: the only place where a status changes. What belongs to the status that is
-- left goes with it, and the counters are kept. `fields` are set with the new status. Fields
-- of the state that is left may stay until the end; they mean nothing without their status.
local function move(o, d, to, fields)
  if o.s then
    if LEAVE[o.s] then LEAVE[o.s](o) end
    count(d.name, o.s, -1)
  end
  if to then count(d.name, to, 1) end
  if to == WAITING or to == DELEGATED then blocked[o.id] = true end
  o.s = to
  if is_pending(to) then
    call('HSET', o.key, 's', to, unpack(fields))
    o.is_stored = true
    return
  end
  if o.is_stored then call('DEL', o.key) end
  local n = #fields
  if o.g > 0 then fields[n + 1], fields[n + 2], fields[n + 3], fields[n + 4] = 'g', o.g, 'q', o.q end
  if to then
    n = #fields
    fields[n + 1], fields[n + 2], fields[n + 3], fields[n + 4] = 's', to, 'a', o.a
    if o.t then fields[n + 5], fields[n + 6] = 't', o.t end
  end
  call_many('HSET', o.key, fields)
  o.is_stored = #fields > 0
end

local function enqueue(o, place)
  o.k = place
  call('ZADD', P .. 'q:' .. o.q, -tonumber(o.p), place .. o.id)
  if not fed_queues[o.q] then
    fed_queues[o.q] = true
    call('SADD', P .. 'Q', o.q)
  end
end

-- Beginning of an operation's place in its queue, among those of the same priority.
local function rank(o, order)
  return u64(o.h) .. string.char(order)
end

-- What was unlocked last comes first; what was requested comes in the order of the request.
local function put_in_queue(o, d, order, more_fields)
  local number = next_number()
  if order == UNLOCKED then number = 2 ^ 53 - number end
  local place = rank(o, order) .. u64(number)
  local fields = more_fields or {}
  fields[#fields + 1], fields[#fields + 2] = 'k', place
  move(o, d, READY, fields)
  enqueue(o, place)
end

-- Put what is held where it belongs.
local function let_go()
  local o, d = held.o, held.d
  held = nil
  put_in_queue(o, d, UNLOCKED)
end

-- Make an operation ready. What the present step unlocks on the queue from which it is about
-- to claim is held, as it is likely to be claimed at once: that saves half a dozen commands.
local function make_ready(o, d, order, more_fields)
  if held then let_go() end
  if o.s == WAITING and o.q == claimed_queue then
    held = { o = o, d = d }
  else
    put_in_queue(o, d, order, more_fields)
  end
end

-- The operation that is held, to be claimed; nil if another comes first.
local function take_held()
  local head = call('ZRANGE', P .. 'q:' .. claimed_queue, 0, 0, 'WITHSCORES')
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

local function make_delayed(o, d, due)
  move(o, d, DELAYED, {})
  call('ZADD', P .. 'Z', due, o.id)
end

local function wait_for(o, d, list, more_fields)
  local own_epoch, fields = new_epoch(o.id), more_fields or {}
  local n = #fields
  fields[n + 1], fields[n + 2], fields[n + 3], fields[n + 4] = 'e', own_epoch, 'm', #list
  move(o, d, WAITING, fields)
  for _, producer in ipairs(list) do
    call('RPUSH', P .. 'w' .. producer, o.id .. own_epoch)
  end
end

local function delegate_to(o, d, target)
  local own_epoch = new_epoch(o.id)
  move(o, d, DELEGATED, { 'e', own_epoch, 'T', target })
  call('RPUSH', P .. 'w' .. target:sub(1, 32), o.id .. own_epoch)
end

-- Give a slot the lease on an operation: { fence, expires, started, worker, is_prolonged },
-- and write more of the slot's fields.
local function run_under(o, d, slot, lease, more_fields)
  move(o, d, RUNNING, { 'f', lease.fence, 'S', slot, 'a', o.a, 't', o.t or '',
    'u', o.u and '1' or '' })
  o.f, o.S = lease.fence, slot
  call('ZADD', P .. 'L', lease.expires, slot)
  call('HSET', P .. 's:' .. slot, 'o', o.id, 'f', lease.fence, 'b', lease.started,
    'w', lease.worker or '', 'p', lease.is_prolonged and '1' or '', unpack(more_fields or {}))
  if slot == stepping_slot and is_slot_freed then
    stepping_slot = nil
  else
    call('PERSIST', P .. 's:' .. slot)
  end
end

-- What a slot holds; nil if nothing.
local function lease_of(slot)
  if slot == stepping_slot and is_slot_freed then return nil end
  local v = call('HMGET', P .. 's:' .. slot, 'o', 'f', 'b', 'w', 'p')
  if not v[1] then return nil end
  return { operation = v[1], fence = v[2], started = v[3], worker = filled(v[4]),
    is_prolonged = filled(v[5]), slot = slot }
end

-- Give a lease to another slot, which is called `worker` when it is lost for good.
local function hand_over(o, d, lease, slot, fence, expires)
  run_under(o, d, slot, { fence = fence, expires = expires, started = lease.started,
    worker = lease.worker or lease.slot, is_prolonged = true })
end

local function count_lost(d, lease)
  if not lease.worker then count(d.name, LOST, 1) end
end

-- Forget how an operation ended; its generation and its queue stay known.
local function clear(o, d)
  if is_finished(o.s) then call('HDEL', P .. 'G', o.id) end
  move(o, d, NONE, {})
  o.a, o.v, o.t, o.w, o.u = 0, false, false, false, false
end

local function forget_trace(o)
  if o.t then call('HDEL', P .. 'T', o.t) end
end

-- Inputs ------------------------------------------------------------------------------------

local function constant(d, number)
  local at = d.artefacts + 32 * (number - 1)
  local row = call('HGET', P .. 'I', d.raw:sub(at + 1, at + 32))
  if row then return row:sub(2, 42) end
  local kind, content = input(d, number)
  return string.char(kind * 2 - 1) .. content .. u64(0)
end

local function add_once(list, seen, producer)
  if not seen[producer] then
    seen[producer] = true
    list[#list + 1] = producer
  end
end

-- The inputs as they are now: packed results (false where there is none), distinct producers
-- that are pending, idle, or whose result does not do for `generation` (nil: not looked at),
-- the first error and whether that is volatile, and whether anything is.
local function read_inputs(d, generation)
  local r = { results = {}, pending = {}, idle = {}, needs = {} }
  local seen = {}
  for number = 1, d.inputs do
    local kind, producer, index = input(d, number)
    if kind ~= 0 then
      r.results[number] = constant(d, number)
    else
      local v = call('HMGET', P .. 'o' .. producer, 's', 'g', 'v', 'r' .. index)
      local result = is_finished(v[1]) and v[4]
      r.results[number] = result
      if not result then
        if v[1] then
          add_once(r.pending, seen, producer)
        else
          if not seen[producer] then r.needs[#r.needs + 1] = producer end
          add_once(r.idle, seen, producer)
        end
      else
        if generation and not seen[producer]
          and not is_usable(result, v[3], v[2], generation) then
          add_once(r.needs, seen, producer)
        end
        if v[3] then r.tainted = true end
        if not is_ok(result) and not r.error then r.error, r.error_volatile = result, v[3] end
      end
    end
  end
  return r
end

local function trace_index(d, results)
  local pieces = { d.raw:sub(1, 32), d.raw:sub(d.names + 1, d.artefacts) }
  for _, result in ipairs(results) do
    pieces[#pieces + 1] = is_ok(result) and '1' or '0'
    pieces[#pieces + 1] = content_of(result)
  end
  return redis.sha1hex(table.concat(pieces)):sub(1, 32)
end

-- The end of an operation, and what it sets free ---------------------------------------------

local function tell_watchers(id)
  local key = P .. 'x' .. id
  for _, client in ipairs(call('SMEMBERS', key)) do
    call('PUBLISH', P .. 'news:' .. client, id)
  end
  call('DEL', key)
end

local wake

-- Publish the end of an operation. Who waits for it is noted, to be woken by `work_cascades`;
-- or woken now, if `is_direct` and they are few: that saves half a dozen commands. Return how
-- many were woken.
local function finish(o, d, results, volatile, is_direct)
  local status, fields = DONE, {}
  for index, result in ipairs(results) do
    if not is_ok(result) then status = FAILED end
    fields[#fields + 1] = 'r' .. (index - 1)
    fields[#fields + 1] = result
  end
  if volatile then
    fields[#fields + 1] = 'v'
    fields[#fields + 1] = '1'
  end
  move(o, d, status, fields)
  o.v = volatile
  if o.x then tell_watchers(o.id) end
  local list = P .. 'w' .. o.id
  local entries = is_direct and call('LPOP', list, MOST_DIRECT + 1) or {}
  if #entries <= MOST_DIRECT and (is_direct or call('EXISTS', list) == 0) then
    for _, entry in ipairs(entries) do wake(o.id, status, volatile, entry) end
    return #entries
  end
  for at = #entries, 1, -1 do call('LPUSH', list, entries[at]) end
  local number = u64(next_number())
  call('RENAME', list, P .. 'W' .. number)
  call('LPUSH', P .. 'X', number .. o.id)
  return 0
end

local function end_with(o, d, result, volatile)
  local results = {}
  for index = 1, d.outputs do results[index] = result end
  finish(o, d, results, volatile)
end

local function skip(o, d, result, volatile)
  count(d.name, SKIPPED, 1)
  end_with(o, d, result, volatile)
end

-- The packed result for a small error; nil if its bytes are not stored.
local function error_result(content)
  local size = call('HSTRLEN', P .. 'c', content)
  if size > 0 then return string.char(0) .. content .. u64(size) end
end

local function end_delegation(o)
  local target, index = o.T:sub(1, 32), struct.unpack('>I4', o.T, 33)
  local made = call('HMGET', P .. 'o' .. target, 's', 'v', 'r' .. index)
  local d = definition(o.id)
  if is_finished(made[1]) and has_bytes(made[3]) then
    finish(o, d, { made[3] }, made[2] or o.u)
  elseif is_pending(made[1]) then
    delegate_to(o, d, o.T)
  else
    make_ready(o, d, UNLOCKED)
  end
end

-- The failed result that a strict consumer has from this producer.
local function error_from(d, producer)
  for number = 1, d.inputs do
    local kind, digest, index = input(d, number)
    if kind == 0 and digest == producer then
      local result = result_of(producer, index)
      if not is_ok(result) then return result end
    end
  end
end

function wake(producer, status, volatile, entry)
  local o = load(entry:sub(1, 32))
  if o.e ~= entry:sub(33) then return end
  if o.s == DELEGATED then return end_delegation(o) end
  if o.s ~= WAITING then return end
  if status == FAILED then
    local d = definition(o.id)
    local result = d.strict and error_from(d, producer)
    if result then return skip(o, d, result, volatile) end
  end
  if o.m == '1' then
    make_ready(o, definition(o.id), UNLOCKED)
  else
    call('HINCRBY', o.key, 'm', -1)
  end
end

-- Wake waiters of finished operations, newest cascade first; return what is left of the budget.
local function work_cascades(budget)
  while budget > 0 do
    local head = call('LINDEX', P .. 'X', 0)
    if not head then break end
    local producer, list = head:sub(9), P .. 'W' .. head:sub(1, 8)
    local chunk = call('LPOP', list, math.min(budget, CASCADE_CHUNK)) or {}
    if call('EXISTS', list) == 0 then call('LPOP', P .. 'X') end
    local made = call('HMGET', P .. 'o' .. producer, 's', 'v')
    for _, entry in ipairs(chunk) do
      wake(producer, made[1], made[2], entry)
    end
    budget = budget - #chunk
  end
  has_cascades = budget <= 0 and call('EXISTS', P .. 'X') == 1
  return budget
end

-- Work that is due, and for whom -------------------------------------------------------------

local function promote(limit)
  if limit <= 0 then return 0 end
  local due = call('ZRANGEBYSCORE', P .. 'Z', '-inf', now, 'LIMIT', 0, limit)
  for _, id in ipairs(due) do
    make_ready(load(id), definition(id), UNLOCKED)
  end
  return #due
end

-- Whether there is work that is bound to no queue: cascades, delays, expired leases.
local function is_due()
  return call('EXISTS', P .. 'X') == 1
    or call('ZCOUNT', P .. 'Z', '-inf', now) > 0
    or call('ZCOUNT', P .. 'L', '-inf', now) > 0
end

-- Those of the queues on which there is work, and no drain job waits in RQ's list. `due` says
-- whether there is work that is bound to no queue; nil to have a look.
local function arm(queues, due)
  local armed = {}
  for _, queue in ipairs(queues) do
    local has_work = call('EXISTS', P .. 'q:' .. queue) == 1
    if not has_work and due == nil then due = is_due() end
    if (has_work or due) and call('EXISTS', P .. 'rq:queue:' .. queue) == 0 then
      armed[#armed + 1] = queue
    end
  end
  return armed
end

-- Nil if the fence may act on the operation; else how to answer a slot.
local function refusal(o, slot, fence)
  if o.s == RUNNING and o.f == fence then return nil end
  local last = call('HMGET', P .. 's:' .. slot, 'F', 'R')
  return last[1] == fence and last[2] or 'fenced'
end

-- Remember the end of a lease, for a repeated message.
local function ended(slot, fence)
  call('HSET', P .. 's:' .. slot, 'F', fence, 'R', 'ok')
  let_expire(slot)
  return 'ok'
end
