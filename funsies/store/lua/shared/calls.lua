-- One call of a script: its beginning and its end.

local register
do
  local MOST_UNSWEPT_MS = 3000

  -- Write what has changed.
  local function flush()
    flush_states()
    flush_rows()
    flush_queues()
    for counter, by in pairs(counted) do
      if by ~= 0 and type(try('HINCRBY', P .. 'C', counter, by)) == 'table' then
        call('HSET', P .. 'C', counter, math.max(by, 0)) -- it was no number
      end
    end
    local added, removed = {}, {}
    for id, is_blocked in pairs(blocked) do
      local list = is_blocked and added or removed
      list[#list + 1] = id
    end
    ask_many('SADD', 'B', added)
    ask_many('SREM', 'B', removed)
  end

  -- Tell the time for leases and delays. The server's clock may be set, back or forth, and no script
  -- can see that by itself. Sweepers do, by clocks of their own (redis/clock_watch.py), and say what is
  -- to be added (K). Until one has looked, time goes no further than a little beyond the last sweep,
  -- and never back behind it: so what is written meanwhile is wrong by no more than that.
  --
  -- After an hour in which nobody worked, leases may begin by that time, which is an hour ago once
  -- somebody has swept. What people are told would be an hour too much, so it goes by the clock as
  -- it is; not back either. If the clock turns out to have been set, `clock` puts right what began since.
  local function read_clock()
    wall = tonumber(ARGV[1])
    if not wall then
      local time = call('TIME')
      wall = time[1] * 1000 + math.floor(time[2] / 1000)
    end
    local known = call('MGET', P .. 'S', P .. 'K')
    swept, added = tonumber(known[1]), tonumber(known[2]) or 0
    unset = wall + added
    told = math.max(unset, swept or unset)
    now = swept and math.min(told, swept + MOST_UNSWEPT_MS) or unset
  end

  function register(name, flags, body)
    local has_no_writes = flags[1] == 'no-writes'
    redis.register_function({
      function_name = PREFIX .. name,
      flags = flags,
      callback = function(keys, arguments)
        call, try = redis.call, redis.pcall
        P, ARGV = keys[1], arguments
        counted, blocked, queued, fed_queues, epoch = {}, {}, {}, {}, nil
        rows, changed, operations, definitions, unwritten = {}, {}, {}, {}, {}
        numbers_left, numbers_wanted, is_reading = 0, 0, has_no_writes
        stepping_slot, stepping_lease, claimed_queue, held, has_cascades = nil, nil, nil, nil, false
        has_grown = true
        read_clock()
        local answer = body()
        flush()
        return answer
      end,
    })
  end
end
