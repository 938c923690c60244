-- KEYS[1] the claim. ARGV: digest, token, step, time in ms. Steps: done, release, extend.
local value = redis.call('GET', KEYS[1])
local mine = 'w' .. ARGV[1] .. ARGV[2]
if value == mine or not value then
    if ARGV[3] == 'done' then
        redis.call('SET', KEYS[1], 'd' .. ARGV[1] .. ARGV[2], 'PX', ARGV[4])
    elseif ARGV[3] == 'extend' then
        redis.call('SET', KEYS[1], mine, 'PX', ARGV[4])
    elseif value then
        redis.call('DEL', KEYS[1])
    end
    return 1
end
if ARGV[3] == 'done' and value == 'd' .. ARGV[1] .. ARGV[2] then
    return 1
end
return 0
