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
