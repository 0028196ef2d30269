-- What is shared by all scripts, which follow in one function library (see redis/library.py).
--
-- Each script registers the functions of its subject: register(name, flags, body). They are called with
--   KEYS[1]  prefix of all keys of the namespace, e.g. "{funsies}:"
--   ARGV[1]  time in milliseconds; empty for the server's
-- and does all its looking and refusing before its first write: errors do not roll back.
--
-- Keys (raw 32-byte digests; see key_names.py):
--   D I c O T G C Y   hashes: definitions, artefacts, small contents, options, traces, logs,
--                     counters, delegations
--   o                 hash: packed state by operation, with the record of its last run
--                     (state.lua)
--   w<operation>      list: waiters, operation .. epoch        k<operation>  set: consumers that are too many
--   x<operation>      set: clients that watch                  t<task>       hash: tasks
--   y<operation>      string, for a minute: what it has printed so far, if somebody follows it
--   q:<queue>         sorted set: ready     Z  sorted set: delayed     B  set: blocked
--   A                 sorted set: operations that somebody has begun to have wait for many inputs, by
--                     when that is nobody's any more
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
-- What a slot remembers of a claim of an operation with many inputs that has to wait for one.
local PASSED_OVER = '-'
local CASCADE_BUDGET = 100
local SLOT_MEMORY_SECONDS = 3600
local HEADER, INPUT, PACKED = 49, 37, 41
local SIGNATURE, FENCE = 16, 16
local RESULT = PACKED + SIGNATURE
local MOST_ARGUMENTS = 4000
-- Inputs that one call looks at: some milliseconds (rows/protocol.py).
local MOST_INPUTS = 500

-- Of the present call: prefix, arguments, time (see `read_clock`), queues that got work.
local P, ARGV, now, fed_queues
-- The server's clock, in milliseconds; the same as it would be had nobody set it; what is added
-- for that; the time of the last sweep; the time from which it is told for how long a step has run.
local wall, unset, added, swept, told
-- What is written at its end, as many changes cancel out: counters; who is blocked and who not.
local counted, blocked
-- Rows of hashes that were read or written, and those that are to be written at the end
-- (rows.lua); states and definitions that were read from them; states that have changed.
local rows, changed, operations, definitions, unwritten
-- What is to be put in ready queues (priority), or taken from them (false), by queue and place.
local queued
-- How many numbers were taken and not used; how many more are needed at once.
local numbers_left, numbers_wanted
-- The number of its registrations with producers.
local epoch
-- The slot of the present step, and what it holds: that is written once, at its end.
local stepping_slot, stepping_lease
-- The queue from which the present step claims, and the operation that it would find at the
-- head if it were put there: { o, d }.
local claimed_queue, held
-- Whether something was put in that queue since it was looked at.
local has_grown
-- Whether cascades were left for later; whether the call may not write.
local has_cascades, is_reading

local function append(list, ...)
  local n = #list
  for i = 1, select('#', ...) do list[n + i] = select(i, ...) end
  return list
end

local function u64(number)
  return struct.pack('>I8', number)
end

local next_number
do
  local last_number

  -- The next of all numbers. Who needs many takes them in one go.
  function next_number()
    if numbers_left == 0 then
      local wanted = math.max(numbers_wanted, 1)
      last_number = try('INCRBY', P .. 'N', wanted)
      if type(last_number) == 'table' then -- it was no number; this is beyond what was there
        last_number = wall * 256
        call('SET', P .. 'N', last_number)
      end
      numbers_left, numbers_wanted = wanted, 0
    end
    numbers_left = numbers_left - 1
    return last_number - numbers_left
  end
end

local new_epoch
do
  local users -- the operations that have used the present one

  -- A number for a registration of this operation, by which its entries are told from older ones.
  function new_epoch(id)
    if not epoch or users[id] then
      epoch, users = u64(next_number()), {}
    end
    users[id] = true
    return epoch
  end
end
