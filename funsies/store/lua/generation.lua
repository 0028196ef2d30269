#!lua
-- Number a request: max(time in ms, last number + 1).
--
-- KEYS  1 prefix
-- ARGV  1 time
-- Returns  the number

local last = tonumber(call('GET', P .. 'n') or 0)
local generation = math.max(now, last + 1)
call('SET', P .. 'n', generation)
return generation
