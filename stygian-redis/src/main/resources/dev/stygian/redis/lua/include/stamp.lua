-- A run's stamp: another one as soon as a task of the run has moved. A task that moves changes a counter of the
-- run; one that goes there and back is leased, parked or stored anew meanwhile, whose numbers only grow. So what
-- several calls read under one stamp stood side by side, and what was found under it still holds.
function Stamp.of(run)
  local said = redis.call('HGETALL', run_key(run))
  local unmoved = { turn = true, ring = true, blocked = true, delivered = true, deliveredBytes = true,
    deliveredTo = true, deliveredToBytes = true, trimmed = true, trimmedBytes = true }
  local all = {}
  for i = 1, #said, 2 do
    if not unmoved[said[i]] then all[#all + 1] = said[i] .. '=' .. said[i + 1] end
  end
  table.sort(all)
  for _, number in ipairs(redis.call('HMGET', meta, 'lease', 'chunk', 'parked')) do
    all[#all + 1] = number or '0'
  end
  return redis.sha1hex(table.concat(all, ' '))
end
