-- What is shared by all scripts, which follow in one function library (see redis/library.py).
--
-- Each script registers one function: register(name, flags, body). It is called with
--   KEYS[1]  prefix of all keys of the namespace, e.g. "{funsies}:"
--   ARGV[1]  time in milliseconds; empty for the server's
-- and does all its looking and refusing before its first write: errors do not roll back.
--
-- Keys (raw 32-byte digests; see keys.py):
--   D I c O T R G C Y hashes: definitions, artefacts, small contents, options, traces, records,
--                     logs, counters, delegations
--   o<operation>      hash: state     s status  g generation  q queue  a attempts  v volatile:
--                                     "1", or the generation that withdrew it
--                                     r<i> results  t index of its trace
--                     while pending   p terms  w generations that want it  u an input is volatile
--                                     x somebody watches  y its own failures  l losses  i inputs
--                                     that were lost, if any  b "1" to be claimed by itself
--                     of one status   e epoch  m missing | e  T target | k place | f fence  S slot
--   w<operation>      list: waiters, operation .. epoch        k<operation>  set: consumers
--   x<operation>      set: clients that watch                  t<task>       hash: tasks
--   y<operation>      string, for a minute: what it has printed so far, if somebody follows it
--   q:<queue>         sorted set: ready     Z  sorted set: delayed     B  set: blocked
--   X, W<n>           list: cascades to finish, n .. producer; their waiters
--   E                 list: number .. operation of the latest failures, newest first
--   L, s:<slot>       sorted set: leases by expiry; hash: what a slot holds (o operations and
--                     f their fences, one after the other) and was answered
--   N n S K Q         last number, last generation, time of the last sweep, what is added to the
--                     server's clock, queues in use
--   !                 hash: what was set aside as it was damaged, by its kind and address
--
-- Statuses: w waiting, r ready, z delayed, u running, g delegated, d done, f failed;
-- none for idle. Counters are a letter .. the name of the task: those of the statuses, s skipped,
-- l lost, x executed, k linked, b busy milliseconds, v volatile. A packed result is 57 bytes: flags (1 value,
-- 2 large, 4 executable), digest, size, signature. Scripts hand signatures on and read none: they
-- have no key (redis/seal.py).

-- redis.call and redis.pcall, which are not there while the library is loaded
local call, try
local NONE, WAITING, READY, DELAYED, RUNNING = false, 'w', 'r', 'z', 'u'
local DELEGATED, DONE, FAILED = 'g', 'd', 'f'
local SKIPPED, LOST, EXECUTED, LINKED, BUSY_MS, VOLATILE = 's', 'l', 'x', 'k', 'b', 'v'
local UNLOCKED, REQUESTED = 0, 1
local CASCADE_CHUNK, CASCADE_BUDGET, MOST_DIRECT = 50, 100, 8
local SLOT_MEMORY_SECONDS = 3600
local MOST_UNSWEPT_MS = 3000
local HEADER, INPUT, PACKED = 49, 37, 41
local SIGNATURE, FENCE = 16, 16
local RESULT = PACKED + SIGNATURE
local NO_SIGNATURE = ('\0'):rep(SIGNATURE)
local MOST_ARGUMENTS = 4000
local MOST_ASIDE = 1000

-- Of the present call: prefix, arguments, time (see `read_clock`), queues that got work.
local P, ARGV, now, fed_queues
-- The server's clock, in milliseconds; the same as it would be had nobody set it; what is added
-- for that; the time of the last sweep; the time from which it is told for how long a step has run.
local wall, unset, added, swept, told
-- What is written at its end, as many changes cancel out: counters; who is blocked and who not.
local counted, blocked
-- Operations as they are since they were moved: they need not be looked at again.
local moved
-- The number of its registrations with producers, and the operations that have used it.
local epoch, epoch_users
-- The slot of the present step, and what it holds: that is written once, at its end.
local stepping_slot, stepping_lease
-- The queue from which the present step claims, and the operation that it would find at the
-- head if it were put there: { o, d }.
local claimed_queue, held
-- Whether cascades were left for later.
local has_cascades

local function append(list, ...)
  local n = #list
  for i = 1, select('#', ...) do list[n + i] = select(i, ...) end
  return list
end

-- A command with any number of arguments after the key.
local function call_many(command, key, arguments)
  for first = 1, #arguments, MOST_ARGUMENTS do
    call(command, key, unpack(arguments, first, math.min(first + MOST_ARGUMENTS - 1, #arguments)))
  end
end

local function flush()
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
  call_many('SADD', P .. 'B', added)
  call_many('SREM', P .. 'B', removed)
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

local function register(name, flags, body)
  redis.register_function({
    function_name = PREFIX .. name,
    flags = flags,
    callback = function(keys, arguments)
      call, try = redis.call, redis.pcall
      P, ARGV = keys[1], arguments
      counted, blocked, moved, fed_queues, epoch = {}, {}, {}, {}, nil
      stepping_slot, stepping_lease, claimed_queue, held, has_cascades = nil, nil, nil, nil, false
      read_clock()
      local answer = body()
      flush()
      return answer
    end,
  })
end

local function u64(number)
  return struct.pack('>I8', number)
end

local function next_number()
  local number = try('INCR', P .. 'N')
  if type(number) ~= 'table' then return number end
  call('SET', P .. 'N', wall * 256) -- it was no number; this is beyond what was there
  return wall * 256
end

-- A number for a registration of this operation, by which its entries are told from older ones.
local function new_epoch(id)
  if not epoch or epoch_users[id] then
    epoch, epoch_users = u64(next_number()), {}
  end
  epoch_users[id] = true
  return epoch
end
