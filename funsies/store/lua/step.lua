-- Publish a result and take the next operation.
--
-- ARGV  1 time  2 slot  3 sequence  4 queue  5 lease_ms  6 fence  7 "1" to claim
--       8 "1" if there is a completion:
--       9 operation  10 its fence  11 "1" volatile  12 "1" linked  13 busy_ms  14 trace,
--       signed: key, packed results without their signatures, signature; empty for none
--       15 record  16 log  17 results, packed  18... content digest, bytes, ...
-- Returns  { verdict or nil, claim or nil, armed queues }
--       claim: { operation, generation, attempt, failures, losses, lost inputs,
--                lost_limit, queue, priority, options,
--                definition, results of the inputs (58 bytes each, first "1" if there is one),
--                "1" if an input is volatile, { content digest, bytes, ... }, trace or nil }

local INPUT_BYTES_LIMIT, CLAIM_TRIES, MOST_FAILURES = 1048576, 32, 500
local slot, sequence, queue, fence, is_claim, has_completion
local sent -- bytes by content, which came with this message and are stored

local function unpack_results(text)
  local results = {}
  for first = 1, #text, RESULT do
    results[#results + 1] = text:sub(first, first + RESULT - 1)
  end
  return results
end

local function lacks_bytes(results)
  for _, result in ipairs(results) do
    if not sent[content_of(result)] and not has_bytes(result) then return true end
  end
end

local function remember(o, d, results, volatile)
  for content, data in pairs(sent) do
    if call('HSETNX', P .. 'c', content, data) == 0 and call('HGET', P .. 'c', content) ~= data then
      call('HSET', P .. 'c', content, data)
    end
  end
  keep_report(o, d, ARGV[15], ARGV[16], ARGV[13])
  count(d.name, ARGV[12] == '1' and LINKED or EXECUTED, 1)
  if ARGV[14] == '' or not o.t or volatile then return end
  for _, result in ipairs(results) do
    if not is_ok(result) then return end
  end
  call('HSET', P .. 'T', o.t, ARGV[14])
end

-- Have those who watch learn of it without a look at every step. If the key is of another type, who
-- reads it mends that.
local function note_failure(o)
  try('LPUSH', P .. 'E', u64(next_number()) .. o.id)
  try('LTRIM', P .. 'E', 0, MOST_FAILURES - 1)
end

local function publish()
  local o = load(ARGV[9])
  if o.s ~= RUNNING or o.f ~= ARGV[10] then return 'fenced', 0 end
  for at = 18, #ARGV, 2 do sent[ARGV[at]] = ARGV[at + 1] end
  local results = unpack_results(ARGV[17])
  if lacks_bytes(results) then return 'bytes', 0 end
  local d = definition(o.id)
  local volatile = ARGV[11] == '1' or o.u
  remember(o, d, results, volatile)
  local woken = finish(o, d, results, volatile, true)
  if o.s == FAILED then note_failure(o) end
  return 'ok', woken
end

local function put_back()
  local lease = lease_of(slot)
  if not lease then return end
  local o, d = load(lease.operation), definition(lease.operation)
  count_lost(d, lease)
  if o.s ~= RUNNING or o.f ~= lease.fence then return drop_lease(slot) end
  if may_be_lost(o) or d.is_damaged then
    charge(o, 'l')
    make_ready(o, d, UNLOCKED)
  else
    hand_over(o, d, lease, slot .. '!' .. sequence, lease.fence, now)
  end
end

-- Other queues that got work by this message, so that the answer to a repeated one names them.
local function fed()
  local others = {}
  for each in pairs(fed_queues) do
    if each ~= queue then others[#others + 1] = each .. '\n' end
  end
  return table.concat(others)
end

-- What the slot remembers of this message.
local function memory(verdict)
  return { 'n', sequence, 'M', fence, 'v', verdict, 'A', fed() }
end

local function grant(o, d, inputs, verdict)
  local index = ''
  if not d.dynamic and not inputs.tainted and #inputs.idle == 0 then
    index = trace_index(d, inputs.results)
  end
  o.a, o.t, o.u = o.a + 1, filled(index), inputs.tainted
  local expires = now + tonumber(ARGV[5])
  run_under(o, d, slot, { fence = fence, expires = expires, started = told }, memory(verdict))
  return o, d, inputs
end

-- The operation that comes first in the queue.
local function first_ready()
  if held then
    local o, d = take_held()
    if o then return o, d end
  end
  local entry = call('ZRANGE', P .. 'q:' .. queue, 0, 0)[1]
  if not entry then return end
  local id = entry:sub(18)
  local o, d = load(id), definition(id)
  if o.s ~= READY or o.q ~= queue or o.k .. id ~= entry then
    call('ZREM', P .. 'q:' .. queue, entry) -- of a state that was damaged
    return o, nil
  end
  return o, d
end

local function claim_next(budget, verdict)
  for _ = 1, CLAIM_TRIES do
    local o, d = first_ready()
    if not o then return end
    local inputs = d and read_inputs(d)
    if d and d.is_damaged then
      set_aside(o)
      budget = work_cascades(budget)
    elseif d and d.strict and inputs.error then
      skip(o, d, inputs.error, inputs.error_volatile)
      budget = work_cascades(budget)
    elseif d and #inputs.pending > 0 then
      wait_for(o, d, inputs.pending)
    elseif d then
      return grant(o, d, inputs, verdict)
    end
  end
end

local function small_bytes(results)
  local found, seen, room = {}, {}, INPUT_BYTES_LIMIT
  for _, result in ipairs(results) do
    local content = result and not is_large(result) and content_of(result)
    if content and not seen[content] then
      seen[content] = true
      local data = sent[content] or call('HGET', P .. 'c', content)
      if data and #data <= room then
        found[#found + 1] = content
        found[#found + 1] = data
        room = room - #data
      end
    end
  end
  return found
end

local function candidate(o)
  local trace = o.t and call('HGET', P .. 'T', o.t)
  if not trace then return nil end
  for first = 33, #trace - SIGNATURE, PACKED do
    if not has_bytes(trace:sub(first, first + PACKED - 1)) then return nil end
  end
  return trace
end

local function pack_inputs(results)
  local pieces = {}
  for number, result in ipairs(results) do
    pieces[number] = result and '1' .. result or string.rep('0', RESULT + 1)
  end
  return table.concat(pieces)
end

local function describe(o, d, inputs)
  return { o.id, o.g, o.a, o.y, o.l, o.i, o.L, o.q, o.p, o.O, d.raw, pack_inputs(inputs.results),
    o.u and '1' or '', small_bytes(inputs.results), candidate(o) or false }
end

-- Drop the lease that was given up and not replaced; see that an empty slot is forgotten.
local function tidy_slot()
  local freed = is_slot_freed and stepping_slot
  stepping_slot = nil
  if freed then
    drop_lease(slot)
  else
    let_expire(slot)
  end
end

-- Publish, work off what that set free, and claim.
local function act(is_held)
  stepping_slot = is_held and slot or nil
  claimed_queue = is_claim and queue or nil
  local verdict, woken = '', 0
  if has_completion then verdict, woken = publish() end
  local budget = work_cascades(CASCADE_BUDGET - woken)
  promote(budget)
  if is_claim and verdict ~= 'bytes' then
    put_back()
    local o, d, inputs = claim_next(budget, verdict)
    if o then return verdict, describe(o, d, inputs) end
  end
  if held then let_go() end
  call('HSET', P .. 's:' .. slot, unpack(memory(verdict)))
  tidy_slot()
  return verdict
end

local function repeat_answer(last)
  for each in (last[5] or ''):gmatch('[^\n]+') do fed_queues[each] = true end
  has_cascades = call('EXISTS', P .. 'X') == 1
  local verdict, lease = last[2], is_claim and lease_of(slot)
  if not lease or lease.fence ~= fence then return verdict end
  local o, d = load(lease.operation), definition(lease.operation)
  return verdict, describe(o, d, read_inputs(d))
end

register('step', {}, function()
  slot, sequence, queue, fence = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[6]
  is_claim, has_completion, sent = ARGV[7] == '1', ARGV[8] == '1', {}
  local last = call('HMGET', P .. 's:' .. slot, 'n', 'v', 'o', 'M', 'A')
  local last_sequence = tonumber(last[1]) or -1
  if sequence < last_sequence then return { has_completion and 'fenced' or false, false, {} } end
  local verdict, claimed
  if sequence == last_sequence and fence == last[4] then
    verdict, claimed = repeat_answer(last)
  else
    verdict, claimed = act(last[3])
  end
  fed_queues[queue] = true
  local queues = {}
  for each in pairs(fed_queues) do queues[#queues + 1] = each end
  -- Who has got something to do leaves delays and expired leases to others.
  local due = nil
  if claimed then due = has_cascades end
  return { filled(verdict), claimed or false, arm(queues, due) }
end)
