-- Changes a run's weight, or a cap on tasks that are leased at once. Atomic with what is leased now: where the
-- change makes room, what waited for it goes on and workers are woken; where more is leased than the new cap
-- allows, nothing is handed out until enough of that has ended.
-- @include keys fields runs records lanes caps?
-- ARGV: what (weight, run, node, service), run (empty for a service), node or service (else empty), value (0: no
--   cap)
-- Replies: 'ok' | 'unknown' (no such run)
local what, run, name, value = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
if run and redis.call('EXISTS', run_key(run)) == 0 then return 'unknown' end
if what == 'weight' then
  redis.call('HSET', run_key(run), 'weight', value)
elseif what == 'run' then
  redis.call('HSET', run_key(run), 'maxLeased', value)
  Runs.of(run).max_leased = value
  Caps.go_on_run(run)
elseif what == 'node' then
  local all = string.gsub(Runs.of(run).caps, ';' .. name .. '=%d+;', ';')
  if value > 0 then all = (all == '' and ';' or all) .. name .. '=' .. value .. ';' end
  if all == ';' then all = '' end
  Runs.of(run).caps = all
  redis.call('HSET', run_key(run), 'caps', all)
  Caps.go_on_node(run, tonumber(name))
else
  Caps.services[name] = value
  Caps.go_on_service(name)
  if value == 0 and redis.call('EXISTS', Caps.waiting_key(name)) == 0 then Caps.services[name] = nil end
  Caps.write_services()
end
return 'ok'
