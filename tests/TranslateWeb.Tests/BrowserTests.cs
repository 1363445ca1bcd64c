using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>
/// The page in a real browser: Chromium, Debian's unless the environment variable CHROMIUM names another. Screenshots are left beside the tests, in "screenshots".
/// </summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private static readonly string Chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>What a browser says of a page that does not work as it was meant: errors of the script, and what the page's own policy forbids.</summary>
    private readonly ConcurrentQueue<string> _complaints = new();

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"There is no Chromium at {Chromium}. Install Debian's chromium, or name another with the environment variable CHROMIUM.");
        _playwright = await Playwright.CreateAsync();

        // Chromium's own sandbox needs a user that is not root.
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        Assert.Empty(_complaints);
    }

    [Theory]
    [InlineData("light", 1280, 800)]
    [InlineData("dark", 1280, 800)]
    [InlineData("phone", 375, 720)]
    public async Task A_sentence_is_translated_and_a_word_shows_what_it_looked_at(string look, int width, int height)
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service, look, width, height);
        await page.GetByLabel("Chinese sentence").FillAsync("狗追猫。");
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The dog chases the cat.");

        ILocator dog = page.Locator("#translation button", new() { HasText = "dog" });
        await (look == "phone" ? dog.TapAsync() : dog.HoverAsync());
        await Expect(dog).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("#detail")).ToHaveTextAsync(new Regex("^“dog” looked at 狗 [0-9]+ %"));
        await Expect(page.Locator("#source li")).ToHaveTextAsync(["狗", "追", "猫", "。", "end"]);
        double[] weights = await page.Locator("#source li").EvaluateAllAsync<double[]>("items => items.map(item => Number(item.style.getPropertyValue('--weight')))");
        Assert.Equal(weights.Max(), weights[0]);
        Assert.Equal(1, weights.Sum(), 0.01);

        // Nothing is wider than the window, and what is to be tapped is large enough.
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"));
        Assert.True(await dog.EvaluateAsync<bool>("word => word.getBoundingClientRect().height >= 24"));
        string ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        int red = int.Parse(Regex.Match(ground, "[0-9]+").Value, CultureInfo.InvariantCulture);
        Assert.Equal(look == "dark", red < 128);

        await page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{look}.png"), FullPage = true });
    }

    [Fact]
    public async Task The_keyboard_is_enough()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);

        // The field has the focus from the start.
        await page.Keyboard.InsertTextAsync("猫追狗。");
        await page.Keyboard.PressAsync("Enter");
        ILocator words = page.Locator("#translation button");
        await Expect(words).ToHaveCountAsync(6);
        await words.First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(words.Nth(1)).ToBeFocusedAsync();
        await Expect(page.Locator("#detail")).ToContainTextAsync("“cat” looked at 猫");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(words.First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(words.Nth(1)).ToBeFocusedAsync();
        await Expect(words.Nth(1)).ToHaveAttributeAsync("aria-label", new Regex("^cat, looked at 猫 "));
    }

    [Fact]
    public async Task Typing_translates_by_itself_and_examples_do_at_once()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);
        await page.GetByLabel("Chinese sentence").PressSequentiallyAsync("狗追猫。");
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await page.GetByRole(AriaRole.Button, new() { Name = "猫追狗。" }).ClickAsync();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The cat chases the dog.");
        await page.GetByLabel("Chinese sentence").FillAsync("");
        await Expect(page.Locator("#translation")).ToHaveTextAsync("");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Tokens_are_shown_before_the_last_has_come()
    {
        using var gate = new Gate();
        int decoded = 0;
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(inner => new WatchedDecoder(inner, () =>
        {
            if (Interlocked.Increment(ref decoded) > 2)
            {
                gate.Pass();
            }
        })));
        IPage page = await OpenAsync(service);
        await page.GetByRole(AriaRole.Button, new() { Name = "狗追猫。" }).ClickAsync();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog");
        await Expect(page.Locator("#translation")).ToHaveAttributeAsync("data-state", "running");
        gate.Open();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await Expect(page.Locator("#translation")).ToHaveAttributeAsync("data-state", "done");
    }

    [Fact]
    public async Task What_goes_wrong_is_said()
    {
        using var gate = new Gate();
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "Queue=0"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        IPage page = await OpenAsync(service);
        ILocator text = page.GetByLabel("Chinese sentence");
        ILocator alert = page.GetByRole(AriaRole.Alert);
        await text.FillAsync(new string('狗', 128));
        await text.PressAsync("Enter");
        await Expect(alert).ToContainTextAsync("too long");
        await Expect(page.Locator("#count")).ToHaveTextAsync("128 of at most 127 characters");

        // Another request has the only place; the page waits, and tries again.
        Task<HttpResponseMessage> other = service.PostAsync("/translate", new { texts = new[] { "狗" } });
        await gate.ArrivedAsync(1);
        await text.FillAsync("狗追猫。");
        await text.PressAsync("Enter");
        await Expect(alert).ToContainTextAsync("busy");
        gate.Open();
        (await other).Dispose();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await Expect(alert).ToBeHiddenAsync();

        await service.App.StopAsync();
        await text.PressAsync("Enter");
        await Expect(alert).ToContainTextAsync("cannot be reached");
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private async Task<IPage> OpenAsync(RunningService service, string look = "light", int width = 1280, int height = 800)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = look == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            HasTouch = look == "phone",
            IsMobile = look == "phone",
            DeviceScaleFactor = look == "phone" ? 2 : 1,
        });
        IPage page = await context.NewPageAsync();
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                _complaints.Enqueue(message.Text);
            }
        };
        await page.GotoAsync(service.Address.ToString());
        return page;
    }
}
