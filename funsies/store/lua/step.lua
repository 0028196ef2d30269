-- Publish results and take the next operations.
--
-- ARGV  1 time  2 slot  3 sequence  4 queue  5 lease_ms  6 fence  7 how many to claim at most
--       8 fences of what the slot goes on with, one after the other
--       9 number of completions, then of each:
--         operation, its fence, "1" volatile, "1" linked, busy_ms, trace, signed: key, packed
--         results without their signatures, signature; empty for none
--         record, log, results, packed, number of contents, content digest, bytes, ...
-- Returns  { verdict of each completion, claims, armed queues, "1" if a share is left to claim; "-" in a
--            repeated answer if what was claimed had to wait for one of its many inputs }
--       claim: { operation, fence, generation, attempt, failures, losses, lost inputs,
--                lost_limit, queue, priority, options,
--                definition, results of the inputs (58 bytes each, first "1" if there is one),
--                "1" if an input is volatile, { content digest, bytes, ... }, trace or nil,
--                packed task or nil }
--       That of an operation with many inputs ends with its options: who claims it looks at its inputs,
--       some at a time, before it runs (many_inputs.lua).

local slot, sequence, queue, fence, most, was_holding
local message -- what else it says: lease_ms, kept_fences, completions (their number)
local kept -- what the slot goes on with: { o, d, fence } of each
local is_share_left
local sent -- bytes by content, which came with this message and are stored
local run_times -- executions and milliseconds by name of task

local function read_completions()
  local list, at = {}, 10
  for number = 1, message.completions do
    local c = { id = ARGV[at], fence = ARGV[at + 1], is_volatile = ARGV[at + 2] == '1',
      counter = ARGV[at + 3] == '1' and LINKED or EXECUTED, busy_ms = ARGV[at + 4],
      trace = ARGV[at + 5], record = ARGV[at + 6], log = ARGV[at + 7],
      results = cut(ARGV[at + 8], RESULT), contents = {} }
    local first = at + 10
    at = first + 2 * ARGV[at + 9]
    for each = first, at - 1, 2 do c.contents[ARGV[each]] = ARGV[each + 1] end
    list[number] = c
  end
  return list
end

local publish
do
  local MOST_FAILURES = 500

  local function lacks_bytes(c)
    for _, result in ipairs(c.results) do
      local content = content_of(result)
      if not c.contents[content] and not sent[content] and not has_bytes(result) then return true end
    end
  end

  local function are_ok(results)
    for _, result in ipairs(results) do
      if not is_ok(result) then return false end
    end
    return true
  end

  -- Whether the one who sends it may publish this, and all of it is there. `seen` are the operations
  -- that this message publishes.
  local function verdict_on(c, seen)
    local o = load(c.id)
    if o.s ~= RUNNING or o.f ~= c.fence or seen[c.id] then return 'fenced' end
    if lacks_bytes(c) then return 'bytes' end
    c.o, c.d, seen[c.id] = o, definition(c.id), true
    c.volatile = c.is_volatile or o.u
    for content, data in pairs(c.contents) do sent[content] = data end
    return 'ok'
  end

  -- What is written beside the states, for all that is published.
  local function keep_all(accepted)
    for content, data in pairs(sent) do put('c', content, data) end
    for _, c in ipairs(accepted) do
      local o, d = c.o, c.d
      keep_report(o, d, c.record, c.log, c.busy_ms)
      count(d.name, c.counter, 1)
      if c.trace ~= '' and o.t and not c.volatile and are_ok(c.results) then
        put('T', o.t, c.trace)
      end
    end
  end

  -- Have those who watch learn of it without a look at every step. If the key is of another type, who
  -- reads it mends that.
  local function note_failure(o)
    try('LPUSH', P .. 'E', u64(next_number()) .. o.id)
    try('LTRIM', P .. 'E', 0, MOST_FAILURES - 1)
  end

  -- Publish what may be published; return the verdicts, and how many were woken.
  function publish(completions)
    local verdicts, accepted, seen, woken, ids = {}, {}, {}, 0, {}
    for number, c in ipairs(completions) do ids[number] = c.id end
    fetch('o', ids)
    fetch('D', ids)
    for number, c in ipairs(completions) do
      verdicts[number] = verdict_on(c, seen)
      if c.o then accepted[#accepted + 1] = c end
    end
    if #accepted > 0 then keep_all(accepted) end
    for _, c in ipairs(accepted) do
      woken = woken + finish(c.o, c.d, c.results, c.volatile, true)
      if c.o.s == FAILED then note_failure(c.o) end
    end
    return verdicts, woken
  end
end

-- Put back what the slot still holds and does not go on with: whoever claims under it has forgotten
-- that.
local function put_back()
  local lease = lease_of(slot)
  if not lease then return end
  fetch('o', lease.operations)
  fetch('D', lease.operations)
  local list, forgotten, is_kept = running_under(lease), {}, {}
  for _, each in ipairs(cut(message.kept_fences, FENCE)) do is_kept[each] = true end
  for _, each in ipairs(list) do append(is_kept[each.fence] and kept or forgotten, each) end
  if #list > 1 then
    put_back_all(forgotten)
  elseif #forgotten == 1 then
    local o, d = list[1].o, list[1].d
    count_lost(d, lease)
    if may_be_lost(o) or d.is_damaged then
      charge(o, 'l')
      make_ready(o, d, UNLOCKED)
    else
      hand_over(o, d, lease, slot .. '!' .. sequence, o.f, now)
    end
  end
  lease.operations, lease.fences = {}, {}
  for _, each in ipairs(kept) do
    append(lease.operations, each.o.id)
    append(lease.fences, each.fence)
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
local function memory(verdicts)
  return { 'n', sequence, 'M', fence, 'v', table.concat(verdicts, ' '), 'A', fed(),
    'm', is_share_left and '1' or '' }
end

local first_ready
do
  local MOST_FETCHED_INPUTS = 8
  -- Entries at the head of the queue that were looked at, and the next of them.
  local heads, next_head = {}, 1

  -- Read what those need that are about to be claimed.
  local function fetch_all(ids)
    fetch('o', ids)
    fetch('D', ids)
    local contents = {}
    for _, id in ipairs(ids) do
      local d = definition(id)
      for number = 1, math.min(d.inputs, MOST_FETCHED_INPUTS) do
        local kind, content = input(d, number)
        if is_small(kind) then contents[#contents + 1] = content end
      end
    end
    fetch('c', contents)
  end

  -- The first in the queue, as many as are wanted; those that were looked at are passed over.
  local function look_at_queue(wanted)
    flush_queue(queue)
    heads, next_head, has_grown = call('ZRANGE', P .. 'q:' .. queue, 0, math.max(wanted, 1) - 1), 1, false
    local ids = {}
    for place, entry in ipairs(heads) do ids[place] = entry:sub(18) end
    fetch_all(ids)
  end

  -- The operation that comes first in the queue.
  function first_ready(wanted, is_empty)
    if held then
      local o, d = take_held(is_empty)
      if o then return o, d end
    end
    if has_grown or next_head > #heads then look_at_queue(wanted) end
    local entry = heads[next_head]
    if not entry then return end
    next_head = next_head + 1
    local id = entry:sub(18)
    local o = load(id)
    if o.s ~= READY or o.q ~= queue or o.k .. id ~= entry then
      queued_in(queue)[entry] = false -- of a state that was damaged
      return o, nil
    end
    return o, definition(id)
  end
end

local describe
do
  local INPUT_BYTES_LIMIT = 1048576
  local MOST_TASK_BYTES = 4096

  local function small_bytes(results)
    local found, seen, room = {}, {}, INPUT_BYTES_LIMIT
    for _, result in ipairs(results) do
      local content = result and not is_large(result) and content_of(result)
      if content and not seen[content] then
        seen[content] = true
        local data = sent[content] or row_of('c', content)
        if data and #data <= room then
          found[#found + 1] = content
          found[#found + 1] = data
          room = room - #data
        end
      end
    end
    return found
  end

  -- The task, if it is a small shell command: many a step has one for itself. Functions are those of
  -- many steps, and whoever runs them keeps them. A command has at least its two streams and its exit
  -- code as outputs, and is for all versions of Python.
  local function small_task(d)
    if d.outputs < 3 then return false end
    local task = row_of('t' .. d.raw:sub(1, 32), '')
    return task and #task <= MOST_TASK_BYTES and task
  end

  function describe(o, d, results)
    local claim = { o.id, o.f, o.g, o.a, o.y, o.l, o.i, o.L, o.q, o.p, o.O }
    if d.many_inputs then return claim end
    return append(claim, d.raw, pack_inputs(results), o.u and '1' or '', small_bytes(results),
      trace_of(o) or false, small_task(d))
  end
end

local claim_some
do
  -- Inputs, if they are many.
  local NOT_SEEN = { pending = {}, idle = {} }

  -- The fence of a claim: that of the message, and its number in the first byte.
  local function fence_of(number)
    return string.char((fence:byte(1) + number) % 256) .. fence:sub(2)
  end

  -- Index of the trace of what is about to be claimed; empty if it leaves none.
  local function index_of(d, inputs)
    if d.many_inputs then return '' end
    add_constants(d, inputs.results)
    if d.dynamic or inputs.tainted or #inputs.idle > 0 then return '' end
    return trace_index(d, inputs.results)
  end

  local function grant(o, d, inputs, index, own_fence)
    o.a, o.t, o.u = o.a + 1, filled(index), inputs.tainted or false
    start_running(o, d, slot, own_fence)
    append(stepping_lease.operations, o.id)
    append(stepping_lease.fences, own_fence)
  end

  -- How many operations are ready, and among how many shares: two for each worker. And whether the
  -- queue is known to be empty.
  local function shares()
    flush_queue(queue)
    local ready = call('ZCARD', P .. 'q:' .. queue)
    local is_empty = ready == 0
    if held then ready = ready + 1 end
    if ready + math.min(#kept, 1) < 3 then return ready, 2, is_empty end -- for any number of workers
    local others = ask('ZCARD', 'L') - (was_holding and 1 or 0)
    local workers = math.max(others + 1, tonumber(try('SCARD', P .. 'rq:workers:' .. queue)) or 0)
    return ready, 2 * workers, is_empty
  end

  -- Milliseconds that an operation of this task is expected to run; nil if none has run yet.
  local function expected_ms(name)
    if not name then return nil end
    local v = run_times[name] or call('HMGET', P .. 'C', EXECUTED .. name, BUSY_MS .. name)
    run_times[name] = v
    local runs = (tonumber(v[1]) or 0) + (counted[EXECUTED .. name] or 0)
    local busy_ms = (tonumber(v[2]) or 0) + (counted[BUSY_MS .. name] or 0)
    return runs > 0 and busy_ms / runs or nil
  end

  -- Whether an operation may be held together with others, in its first attempt.
  local function may_have_company(o, d, first_attempt)
    return not d.is_damaged and not d.dynamic and not d.many_inputs and o.a <= first_attempt
      and not o.is_single and may_be_lost(o)
  end

  -- What is left of the time that a batch may take once this operation is in it; nil if it has to be
  -- claimed by itself: it may take longer, has many inputs, was put back, or may not be lost.
  local function room_with(o, d, room)
    if not may_have_company(o, d, 0) then return nil end
    local milliseconds = expected_ms(d.name)
    return milliseconds and milliseconds <= room and room - milliseconds or nil
  end

  -- How many operations this message may take: a share of what is ready. Who has something to go on
  -- with leaves the last ones to those who have nothing.
  local function most_wanted(ready, among)
    if #kept == 0 then return math.max(1, math.min(most, math.ceil(ready / among))) end
    for _, each in ipairs(kept) do
      if not may_have_company(each.o, each.d, 1) then return 0 end
    end
    return math.min(most, math.floor(ready / among))
  end

  -- Claim as many as may be claimed together; the first in any case, if nothing else is held.
  function claim_some(budget)
    local CLAIM_TRIES, MOST_EXPECTED_MS = 32, 50
    local claims, room, tries = {}, MOST_EXPECTED_MS, 0
    local wanted, begun, ready, among, is_empty = 1, {}, 0, 1, false
    if most > 1 or #kept > 0 then
      ready, among, is_empty = shares()
      wanted = most_wanted(ready, among)
    end
    for _, each in ipairs(kept) do begun[each.o.t or ''] = true end
    while tries < CLAIM_TRIES and room and #claims < wanted do
      local o, d = first_ready(wanted - #claims, is_empty)
      if not o then break end
      is_empty = false
      local left = wanted + #kept > 1 and d and room_with(o, d, room)
      if #claims + #kept > 0 and not left then
        if d and o.s == WAITING then put_in_queue(o, d, UNLOCKED) end -- it was held
        break
      end
      local inputs = d and (d.many_inputs and NOT_SEEN or read_inputs(d))
      tries = tries + 1
      if d and d.is_damaged then
        set_aside(o)
        budget = work_cascades(budget)
      elseif d and d.strict and inputs.error then
        skip(o, d, inputs.error, inputs.error_volatile)
        budget = work_cascades(budget)
      elseif d and #inputs.pending > 0 then
        wait_for(o, d, inputs.pending)
      elseif d then
        local index = index_of(d, inputs)
        if index ~= '' and begun[index] and not row_of('T', index) then -- it has what the first one will leave
          if o.s == WAITING then put_in_queue(o, d, UNLOCKED) end
          break
        end
        begun[index] = true
        grant(o, d, inputs, index, fence_of(#claims))
        claims[#claims + 1] = describe(o, d, inputs.results)
        room, tries = left, 0
      end
    end
    is_share_left = #claims > 0 and ready - #claims >= among
    return claims
  end
end

-- Write the lease as it is now, and what the slot remembers.
local function settle_lease(is_claimed, remembered)
  local lease = stepping_lease
  stepping_slot = nil
  if #lease.operations == 0 then
    call('HSET', P .. 's:' .. slot, unpack(remembered))
    if was_holding then drop_lease(slot) else let_expire(slot) end
    return
  end
  append(remembered, 'o', table.concat(lease.operations), 'f', table.concat(lease.fences))
  if is_claimed then
    append(remembered, 'b', told, 'w', '', 'p', '')
    ask('ZADD', 'L', now + message.lease_ms, slot)
  end
  call('HSET', P .. 's:' .. slot, unpack(remembered))
  if not was_holding then call('PERSIST', P .. 's:' .. slot) end
end

-- Publish, work off what that set free, and claim.
local function act(completions, lease)
  was_holding = lease ~= nil
  stepping_slot, stepping_lease = slot, lease or { operations = {}, fences = {}, slot = slot }
  claimed_queue = most > 0 and queue or nil
  local verdicts, woken = publish(completions)
  local budget = CASCADE_BUDGET - woken
  if call('EXISTS', P .. 'X', P .. 'Z') > 0 then
    budget = work_cascades(budget)
    promote(budget)
  end
  local claims, is_refused = {}, false
  for _, each in ipairs(verdicts) do is_refused = is_refused or each == 'bytes' end
  if most > 0 and not is_refused then
    put_back()
    claims = claim_some(budget)
  end
  if held then let_go() end
  settle_lease(#claims > 0, memory(verdicts))
  return verdicts, claims
end

local repeat_answer
do
  -- What a repeated message has claimed, and is still held.
  local function repeat_claims(lease)
    local claims = {}
    for _, each in ipairs(lease and most > 0 and running_under(lease) or {}) do
      if each.fence:sub(2) == fence:sub(2) then
        local results
        if not each.d.many_inputs then
          results = read_inputs(each.d).results
          add_constants(each.d, results)
        end
        claims[#claims + 1] = describe(each.o, each.d, results)
      end
    end
    return claims
  end

  function repeat_answer(lease, verdicts, others)
    for each in (others or ''):gmatch('[^\n]+') do fed_queues[each] = true end
    has_cascades = call('EXISTS', P .. 'X') == 1
    local list = {}
    for each in (verdicts or ''):gmatch('%S+') do list[#list + 1] = each end
    return list, repeat_claims(lease)
  end
end

register('step', {}, function()
  message = {}
  slot, sequence, queue, message.lease_ms, fence, most, message.kept_fences, message.completions =
    unpack(ARGV, 2, 9)
  sequence, most = tonumber(sequence), tonumber(most)
  sent, run_times, kept, is_share_left = {}, {}, {}, false
  local last = call('HMGET', P .. 's:' .. slot, 'n', 'M', 'v', 'A', 'o', 'f', 'b', 'w', 'p', 'm')
  local last_sequence = tonumber(last[1]) or -1
  local completions = read_completions()
  if sequence < last_sequence then
    local verdicts = {}
    for number in ipairs(completions) do verdicts[number] = 'fenced' end
    return { verdicts, {}, {}, '' }
  end
  local lease = read_lease(slot, unpack(last, 5, 9))
  local verdicts, claims, is_passed_over
  if sequence == last_sequence and fence == last[2] then
    verdicts, claims = repeat_answer(lease, last[3], last[4])
    is_share_left, is_passed_over = last[10] == '1', last[10] == PASSED_OVER
  else
    verdicts, claims = act(completions, lease)
  end
  fed_queues[queue] = true
  -- Who has got something to do leaves delays and expired leases to others.
  local due = nil
  if #claims > 0 or is_passed_over then due = has_cascades end
  return { verdicts, claims, arm_fed(due), is_passed_over and PASSED_OVER or is_share_left and '1' or '' }
end)
