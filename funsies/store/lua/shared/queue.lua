-- Ready queues.

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
  move(o, d, READY, append(more_fields or {}, 'k', place))
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
