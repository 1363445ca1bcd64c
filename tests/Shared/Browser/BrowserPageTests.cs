using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace KernelGen.Tests;

/// <summary>
/// Tests of a page in a real browser: Chromium, Debian's unless the environment variable CHROMIUM names another. What the page complains of in between is an error at the end. Screenshots are left
/// beside the tests, in "screenshots".
/// </summary>
public abstract class BrowserPageTests : IAsyncLifetime
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
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        Assert.Empty(_complaints);
    }

    /// <summary>Takes a picture of a page.</summary>
    protected static Task ShootAsync(IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{name}.png"), FullPage = true });

    /// <summary>Opens a page in a browser that knows nothing of other pages.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="look">What it is looked at with: light or dark, or a phone.</param>
    /// <param name="width">The width of the window.</param>
    /// <param name="height">Its height.</param>
    /// <param name="arguments">What the browser is told when it starts, which is once in a test.</param>
    protected async Task<IPage> OpenAsync(Uri address, string look, int width, int height, params string[] arguments)
    {
        // Chromium's own sandbox needs a user that is not root.
        _browser ??= await _playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox", .. arguments] });
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
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
        await page.GotoAsync(address.ToString());
        return page;
    }
}
