-- What becomes of what a slot holds, besides being published (step.lua).

-- Prolong the lease of a slot, on all that it holds.
--
-- ARGV  1 time  2 slot  3 fence of something that it holds  4 lease_ms
-- Returns  1, or 0 if the slot does not hold this fence any more

register('renew', { 'allow-oom' }, function()
  local _, slot, held_fence, lease_ms = unpack(ARGV)
  local lease = lease_of(slot)
  for _, fence in ipairs(lease and lease.fences or {}) do
    if fence == held_fence then
      ask('ZADD', 'L', now + tonumber(lease_ms), slot)
      call('HSET', P .. 's:' .. slot, 'p', '')
      return 1
    end
  end
  return 0
end)

local function make_delayed(o, d, due)
  move(o, d, DELAYED)
  ask('ZADD', 'Z', due, o.id)
end

-- Put a running operation back: ready now, or after a delay.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 delay_ms  6 what it is charged with: "y" a failure
--       of its own, "l" a loss, or "" nothing: the attempt is given back
-- Returns  verdict

register('release', { 'allow-oom' }, function()
  local _, slot, operation, fence, delay_ms, charged_with = unpack(ARGV)
  local o = load(operation)
  local refused = refusal(o, slot, fence)
  if refused then return refused end
  local d = definition(o.id)
  charge(o, filled(charged_with))
  if tonumber(delay_ms) > 0 then
    make_delayed(o, d, now + delay_ms)
  else
    make_ready(o, d, UNLOCKED)
  end
  return ended(slot, fence)
end)

-- Let a running operation wait again for its inputs; the attempt is given back.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 "i" if an input was lost, or ""
-- Returns  verdict; "idle" if an input has to be requested first; "many" if there are too many inputs to
--          look at in one call (many_inputs.lua)

register('park', {}, function()
  local _, slot, operation, fence, lost_input = unpack(ARGV)
  local o = load(operation)
  local refused = refusal(o, slot, fence)
  if refused then return refused end
  local d = definition(o.id)
  if d.many_inputs then return 'many' end
  local inputs = read_inputs(d)
  if #inputs.idle > 0 then return 'idle' end
  charge(o, filled(lost_input))
  if d.strict and inputs.error then
    skip(o, d, inputs.error, inputs.error_volatile)
    work_cascades(CASCADE_BUDGET)
  elseif #inputs.pending > 0 then
    wait_for(o, d, inputs.pending)
  else
    make_ready(o, d, UNLOCKED)
  end
  return ended(slot, fence)
end)

-- Let the one output of a dynamic operation be that of another operation.
--
-- ARGV  1 time  2 slot  3 operation  4 fence  5 target  6 index of the target's output
--       7 record  8 log  9 busy_ms  10 target and index, signed
-- Returns  verdict; "idle" if the target has to be requested first

register('delegate', {}, function()
  local _, slot, operation, fence, target, index, record, log, busy_ms, delegation = unpack(ARGV)
  local o = load(operation)
  index = tonumber(index)
  local refused = refusal(o, slot, fence)
  if refused then return refused end
  local d = definition(o.id)
  local status, made_for, volatile, result = look_at(target, index)
  if is_pending(status) then
    delegate_to(o, d, target .. struct.pack('>I4', index))
  elseif result and is_usable(result, volatile, made_for, o.g) then
    finish(o, d, { result }, volatile or o.u)
    work_cascades(CASCADE_BUDGET)
  else
    return 'idle'
  end
  ask('SADD', 'k' .. target, o.id)
  put('Y', o.id, delegation)
  count(d.name, EXECUTED, 1)
  keep_report(o, d, record, log, busy_ms)
  return ended(slot, fence)
end)

-- Put back what a slot holds, without a charge; the first of it comes first again.
--
-- ARGV  1 time  2 slot  3 fences of what it goes on with, one after the other
--       4 fence under which it must hold something, else nothing is done; empty for none
-- Returns  armed queues

register('put_back', { 'allow-oom' }, function()
  local _, slot, kept_fences, held_fence = unpack(ARGV)
  local lease = lease_of(slot)
  local list, is_kept, holds = lease and running_under(lease) or {}, {}, held_fence == ''
  for _, fence in ipairs(cut(kept_fences, FENCE)) do is_kept[fence] = true end
  for _, each in ipairs(list) do holds = holds or each.fence == held_fence end
  if not holds then return {} end
  for at = #list, 1, -1 do
    local each = list[at]
    if not is_kept[each.fence] then
      charge(each.o, nil)
      make_ready(each.o, each.d, UNLOCKED)
    end
  end
  return arm_fed(false)
end)
