-- Put back what a slot holds, without a charge; the first of it comes first again.
--
-- ARGV  1 time  2 slot  3 fences of what it goes on with, one after the other
--       4 fence under which it must hold something, else nothing is done; empty for none
-- Returns  armed queues

register('put_back', { 'allow-oom' }, function()
  local lease = lease_of(ARGV[2])
  local list, is_kept, holds = lease and running_under(lease) or {}, {}, ARGV[4] == ''
  for _, fence in ipairs(cut(ARGV[3], FENCE)) do is_kept[fence] = true end
  for _, each in ipairs(list) do holds = holds or each.fence == ARGV[4] end
  if not holds then return {} end
  for at = #list, 1, -1 do
    local each = list[at]
    if not is_kept[each.fence] then
      charge(each.o, nil)
      make_ready(each.o, each.d, UNLOCKED)
    end
  end
  local queues = {}
  for queue in pairs(fed_queues) do queues[#queues + 1] = queue end
  return arm(queues, false)
end)
