-- Ready queues.

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

function take_from_queue(o)
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
