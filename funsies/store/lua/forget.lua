-- Taking back what was asked for, and forgetting what was made.

-- Withdraw a request; end what nobody else wants, consumers first.
--
-- ARGV  1 time  2 generation  3 error, packed  4 waiters of the first operation that were looked at
--       5... operations, consumers before producers
-- Returns  { number ended, number of operations done with, waiters looked at of the next }
--          or nil if the error is not stored

register('cancel', { 'allow-oom' }, function()
  local MOST_LOOKS = 1000
  local packed = u64(tonumber(ARGV[2]))
  local looks, ended_count = 0, 0

  -- Other generations that want what waits for the operation; nil if there was too much to see.
  local function heirs(id, at)
    while true do
      local entries = call('LRANGE', P .. 'w' .. id, at, at + 99)
      for _, entry in ipairs(entries) do
        local o = load(entry:sub(1, 32))
        local is_waiting = (o.s == WAITING or o.s == DELEGATED) and o.e == entry:sub(33)
        local others = is_waiting and without(o.w, packed) or ''
        if others ~= '' then return others end
      end
      at, looks = at + #entries, looks + #entries
      if #entries < 100 then return '' end
      if looks > MOST_LOOKS then return nil, at end
    end
  end

  local error = ARGV[3]
  if not has_bytes(error) then return false end
  for at = 5, #ARGV do
    local o = load(ARGV[at])
    looks = looks + 1
    if looks > MOST_LOOKS then return { ended_count, at - 5, 0 } end
    if is_pending(o.s) then
      local wanted, seen = without(o.w, packed), at == 5 and tonumber(ARGV[4]) or 0
      if wanted == '' then wanted, seen = heirs(o.id, seen) end
      if not wanted then return { ended_count, at - 5, seen } end
      if wanted == '' then
        end_with(o, definition(o.id), error, packed)
        ended_count = ended_count + 1
      else
        o.w = wanted
        dirty(o)
      end
    end
  end
  work_cascades(CASCADE_BUDGET)
  return { ended_count, #ARGV - 4, 0 }
end)

-- End a waiting or delegated operation with a volatile error.
--
-- ARGV  1 time  2 operation  3 error, packed
-- Returns  1 if it was ended, 0 if not; nil if the error is not stored

register('fail_waiting', { 'allow-oom' }, function()
  local o, error = load(ARGV[2]), ARGV[3]
  if o.s ~= WAITING and o.s ~= DELEGATED then return 0 end
  if not has_bytes(error) then return false end
  end_with(o, definition(o.id), error, '1')
  work_cascades(CASCADE_BUDGET)
  return 1
end)

-- Have an operation start as if it had never been run.
local function begin_anew(o)
  o.a, o.y, o.l, o.i, o.is_single = 0, 0, 0, 0, false
  dirty(o)
end

-- Forget results and traces; start again what is running.
--
-- ARGV  1 time  2... operations
-- Returns  the number of operations whose results were forgotten

register('reset', { 'allow-oom' }, function()
  local forgotten = 0
  for at = 2, #ARGV do
    local o = load(ARGV[at])
    if is_finished(o.s) then
      forget_trace(o)
      clear(o, definition(o.id))
      forgotten = forgotten + 1
    elseif o.s == RUNNING then
      forget_trace(o)
      make_ready(o, definition(o.id), UNLOCKED)
      begin_anew(o)
    end
  end
  return forgotten
end)

-- Forget a finished result whose bytes are missing or bad, and its trace: compare and set.
--
-- ARGV  1 time  2 operation  3 index  4 content
-- Returns  1 if it was forgotten

register('invalidate', { 'allow-oom' }, function()
  local o = load(ARGV[2])
  local result = is_finished(o.s) and result_of(o, tonumber(ARGV[3]))
  if not result or content_of(result) ~= ARGV[4] then return 0 end
  forget_trace(o)
  clear(o, definition(o.id))
  return 1
end)
