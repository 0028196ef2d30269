-- Work that is due, and for whom; the end of a lease.

local function promote(limit)
  if limit <= 0 then return 0 end
  local due = ask('ZRANGEBYSCORE', 'Z', '-inf', now, 'LIMIT', 0, limit)
  fetch('o', due)
  for _, id in ipairs(due) do
    local o = load(id)
    if o.s == DELAYED then
      make_ready(o, definition(id), UNLOCKED)
    else
      ask('ZREM', 'Z', id)
    end
  end
  return #due
end

-- Whether there is work that is bound to no queue: cascades, delays, expired leases.
local function is_due()
  return call('EXISTS', P .. 'X') == 1
    or ask('ZCOUNT', 'Z', '-inf', now) > 0
    or ask('ZCOUNT', 'L', '-inf', now) > 0
end

-- Those of the queues on which there is work, and no drain job waits in RQ's list. `due` says
-- whether there is work that is bound to no queue; nil to have a look.
local function arm(queues, due)
  local armed = {}
  flush_queues()
  for _, queue in ipairs(queues) do
    local has_work = call('EXISTS', P .. 'q:' .. queue) == 1
    if not has_work and due == nil then due = is_due() end
    if (has_work or due) and call('EXISTS', P .. 'rq:queue:' .. queue) == 0 then
      armed[#armed + 1] = queue
    end
  end
  return armed
end

-- What of a lease still runs under it: { o, d, fence } of each.
local function running_under(lease)
  local list = {}
  for place, id in ipairs(lease.operations) do
    local o = load(id)
    if o.s == RUNNING and o.f == lease.fences[place] and o.S == lease.slot then
      list[#list + 1] = { o = o, d = definition(id), fence = o.f }
    end
  end
  return list
end

-- Put back what was lost with others. One of them was running, and nobody can say which: so none
-- is charged, and each is claimed by itself from then on.
local function put_back_all(list)
  for at = #list, 1, -1 do
    local o, d = list[at].o, list[at].d
    charge(o, nil)
    o.is_single = true
    make_ready(o, d, UNLOCKED)
  end
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
