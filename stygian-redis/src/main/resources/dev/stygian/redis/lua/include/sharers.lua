-- Sharers: the unfinished runs of a pipeline. Keys of two pipelines are never the same, so the first of its runs that
-- anybody remembers has its keys to itself, until another one comes or somebody submits an item to it twice (see
-- share.lua). What remembers them outlives them for as long as they may be replayed and their results may stand under
-- their keys; its empty name keeps it there without any.

-- A run has tasks again, or will have; returns whether it is the first that anybody remembers. Runs that the server
-- lost go.
function Sharers.join(run, pipeline)
  local sharers = sharers_key(pipeline)
  for _, other in ipairs(redis.call('HKEYS', sharers)) do
    if other ~= '' and redis.call('EXISTS', run_key(other)) == 0 then redis.call('HDEL', sharers, other) end
  end
  local is_first = redis.call('HSET', sharers, '', '', run, '') == 2
  redis.call('PERSIST', sharers)
  return is_first
end

-- The other runs of a pipeline that have their keys to themselves.
function Sharers.sole_beside(run, pipeline)
  local sole = {}
  for _, other in ipairs(redis.call('HKEYS', sharers_key(pipeline))) do
    if other ~= '' and other ~= tostring(run) and redis.call('HEXISTS', run_key(other), 'sole') == 1 then
      sole[#sole + 1] = other
    end
  end
  return sole
end
