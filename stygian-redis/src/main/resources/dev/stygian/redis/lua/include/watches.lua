-- Watches: who comes for what is due next. Of the workers that wait for tasks of the same services one comes when
-- that is due, its watch, and the others a little later, in case it does not: else each moment at which one task is
-- due would wake them all. The watch passes on to another of them before long, so that they share the work.
--   watches  hash: the services, with commas -> requester, when it comes, since when it has the watch
local EVERY, GRACE, TENURE, LIVES = 1000, 100, 250, 60000
local watches = base .. 'watches'

local function read(text)
  local requester, due, since = string.match(text or '', '^(%S+) (%d+) (%d+)$')
  return requester, tonumber(due), tonumber(since)
end

-- When who asks should come, where something is due then. All who wait ask within EVERY milliseconds anyway.
function Watches.come_at(services, requester, due)
  if due >= now + EVERY then return due end
  local watch, comes, since = read(redis.call('HGET', watches, services))
  if watch and watch ~= requester and comes <= due and now <= comes + GRACE and now < since + TENURE then
    return math.max(due, comes + GRACE)
  end
  if watch ~= requester then since = now end
  redis.call('HSET', watches, services, requester .. ' ' .. string.format('%.0f %.0f', due, since))
  redis.call('PEXPIRE', watches, LIVES)
  return due
end

-- Who asked has no room for more tasks; returns whether it had the watch.
function Watches.resign(services, requester)
  return read(redis.call('HGET', watches, services)) == requester and redis.call('HDEL', watches, services) == 1
end

local function is_watched(service, due)
  local all = redis.call('HGETALL', watches)
  for i = 1, #all, 2 do
    local _, comes = read(all[i + 1])
    if comes <= due and now <= comes + GRACE and (all[i] == ''
      or string.find(',' .. all[i] .. ',', ',' .. service .. ',', 1, true)) then
      return true
    end
  end
  return false
end

-- Something of a service is due then: wakes a worker, unless one comes in time anyway. Who was told of a later time
-- may wait a little longer than EVERY.
function Watches.see_to(service, due)
  if due < now + EVERY + GRACE and not is_watched(service, due) then Runs.wake(service) end
end
