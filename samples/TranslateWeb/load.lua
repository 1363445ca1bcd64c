-- What wrk asks of a TranslateWeb: sentences of a few words, one a request. LOAD_DELAY is how many milliseconds a connection waits before each.
local sentences = { "狗追猫。", "猫追狗。", "狗咬老虎。", "老鼠怕男人。", "我明天要去学校。", "老虎追男人。", "女人爱孩子。", "孩子看书。" }
local wait = tonumber(os.getenv("LOAD_DELAY") or "0")
local threads = {}
local sent = 0

if wait > 0 then
    function delay()
        return math.random(0, 2 * wait)
    end
end

function setup(thread)
    table.insert(threads, thread)
end

function init()
    codes = ""
    counts = {}
    math.randomseed(os.time())
end

function request()
    sent = sent + 1
    local body = '{"q": "' .. sentences[sent % #sentences + 1] .. '", "source": "zh", "target": "en"}'
    return wrk.format("POST", "/translate", { ["Content-Type"] = "application/json" }, body)
end

function response(status)
    counts[status] = (counts[status] or 0) + 1
    local text = {}
    for code, count in pairs(counts) do
        table.insert(text, code .. " " .. count)
    end
    codes = table.concat(text, ",")
end

function done(summary, latency)
    local all = {}
    for _, thread in ipairs(threads) do
        for code, count in string.gmatch(thread:get("codes"), "(%d+) (%d+)") do
            all[code] = (all[code] or 0) + tonumber(count)
        end
    end
    local seconds = summary.duration / 1e6
    local text = {}
    for code, count in pairs(all) do
        table.insert(text, string.format("%s: %d (%.0f a second)", code, count, count / seconds))
    end
    table.sort(text)
    print(string.format("ALL %s; half within %.1f ms, 99 %% within %.1f ms; errors: connect %d, read %d, write %d, timeout %d",
        table.concat(text, ", "), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.timeout))
    print("ACCEPTED " .. math.floor((all["200"] or 0) / seconds))
end
