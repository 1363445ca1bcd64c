using System.Globalization;
using System.Text.RegularExpressions;
using KernelGen.Tests;
using Microsoft.Playwright;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>The page in a real browser.</summary>
public sealed class BrowserTests : BrowserPageTests
{
    [Theory]
    [InlineData("light", 1280, 800)]
    [InlineData("dark", 1280, 800)]
    [InlineData("phone", 375, 720)]
    public async Task A_sentence_is_translated_and_a_word_shows_what_it_looked_at(string look, int width, int height)
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service, look, width, height);
        await page.GetByLabel("Chinese text").FillAsync("狗追猫。");
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The dog chases the cat.");

        ILocator dog = page.Locator("#translation button", new() { HasText = "dog" });
        await (look == "phone" ? dog.TapAsync() : dog.HoverAsync());
        await Expect(dog).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("#detail")).ToHaveTextAsync(new Regex("^“dog” looked at 狗 [0-9]+ %"));
        await Expect(page.Locator("#source li")).ToHaveTextAsync(["狗", "追", "猫", "。"]);
        double[] weights = await page.Locator("#source li").EvaluateAllAsync<double[]>("items => items.map(item => Number(item.style.getPropertyValue('--weight')))");
        Assert.Equal(weights.Max(), weights[0]);
        Assert.Equal(1, weights.Sum(), 0.01);

        // Nothing is wider than the window, and what is to be tapped is large enough.
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"));
        Assert.True(await dog.EvaluateAsync<bool>("word => word.getBoundingClientRect().height >= 24"));
        string ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        int red = int.Parse(Regex.Match(ground, "[0-9]+").Value, CultureInfo.InvariantCulture);
        Assert.Equal(look == "dark", red < 128);

        await ShootAsync(page, look);
    }

    [Fact]
    public async Task The_keyboard_is_enough()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);

        // The field has the focus from the start.
        await Expect(page.GetByLabel("Chinese text")).ToBeFocusedAsync();
        await page.Keyboard.InsertTextAsync("猫追狗。");
        await page.Keyboard.PressAsync("Enter");
        ILocator words = page.Locator("#translation button");
        await Expect(words).ToHaveCountAsync(6);
        await words.First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(words.Nth(1)).ToBeFocusedAsync();
        await Expect(page.Locator("#detail")).ToContainTextAsync("“cat” looked at 猫");
        await Expect(words.Nth(1)).ToHaveAttributeAsync("aria-label", new Regex("^cat, looked at 猫 "));
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(words.First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(words.Last).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(words.First).ToBeFocusedAsync();

        // The words are one stop of the Tab key, however many they are: before them the button that copies, behind them the other translations.
        await page.Keyboard.PressAsync("Shift+Tab");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copy" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("summary")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#alternatives li").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Typing_translates_by_itself_and_examples_do_at_once()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);
        await page.GetByLabel("Chinese text").PressSequentiallyAsync("狗追猫。");
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await page.GetByRole(AriaRole.Button, new() { Name = "猫追狗。" }).ClickAsync();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The cat chases the dog.");
        await page.GetByLabel("Chinese text").FillAsync("");
        await Expect(page.Locator("#translation")).ToHaveTextAsync("");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Every_sentence_is_translated_and_shows_its_own_tokens()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service, "dark", 390);
        await page.GetByLabel("Chinese text").FillAsync("狗追猫。猫追狗。\n狗咬老虎。");
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        ILocator translation = page.Locator("#translation");
        await Expect(translation).ToHaveTextAsync("The dog chases the cat. The cat chases the dog. The dog bites the tiger.");
        Assert.Equal("The dog chases the cat. The cat chases the dog.\nThe dog bites the tiger.", await translation.EvaluateAsync<string>("all => all.textContent"));
        await page.Locator("#translation button", new() { HasText = "tiger" }).HoverAsync();
        await Expect(page.Locator("#source li")).ToHaveTextAsync(["狗", "咬", "老", "虎", "。"]);
        await page.Locator("#translation button", new() { HasText = "dog" }).First.HoverAsync();
        await Expect(page.Locator("#source li")).ToHaveTextAsync(["狗", "追", "猫", "。"]);
        await Expect(page.Locator("#translation button[tabindex='0']")).ToHaveCountAsync(1);
    }

    [Theory]
    [InlineData(320)]
    [InlineData(390)]
    [InlineData(768)]
    [InlineData(1280)]
    public async Task Nothing_is_wider_than_the_window(int width)
    {
        // The decoder of this test makes one long word of a sentence, and says it with marks around.
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(static inner => new LongWordDecoder(inner)));
        IPage page = await OpenAsync(service, "light", width, 800);
        await page.GetByLabel("Chinese text").FillAsync(new string('龘', 60) + new string('a', 200) + "。狗追猫。");
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        await Expect(page.Locator("#unknown")).ToBeVisibleAsync();
        await page.Locator("summary").ClickAsync();
        await Expect(page.Locator("#alternatives li").First).ToBeVisibleAsync();
        await page.Locator("#translation button").First.HoverAsync();
        await ShootAsync(page, $"wide-{width}");
        Assert.True(await page.Locator("#translation button").First.EvaluateAsync<bool>("word => word.textContent.length > 200"));
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        string[] outside = await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll("section, details, form")].flatMap(card => [...card.querySelectorAll("*")]
                .filter(part => !part.closest(".visually-hidden") && part.getBoundingClientRect().right > card.getBoundingClientRect().right + 0.5).map(part => part.outerHTML.slice(0, 100)))
            """);
        Assert.Empty(outside);
    }

    [Fact]
    public async Task The_field_grows_with_its_text()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);
        ILocator text = page.GetByLabel("Chinese text");
        double before = await text.EvaluateAsync<double>("field => field.offsetHeight");
        await text.FillAsync(string.Join('\n', Enumerable.Repeat("狗追猫。", 6)));
        double grown = await text.EvaluateAsync<double>("field => field.offsetHeight");
        Assert.True(grown > 2 * before, $"{before} pixels became {grown}.");
        Assert.True(await text.EvaluateAsync<bool>("field => field.scrollHeight <= field.clientHeight"));
        await text.FillAsync(string.Join('\n', Enumerable.Repeat("狗", 100)));
        Assert.True(await text.EvaluateAsync<bool>("field => field.offsetHeight <= 0.61 * window.innerHeight"));
        await text.FillAsync("");
        Assert.Equal(before, await text.EvaluateAsync<double>("field => field.offsetHeight"));
    }

    [Fact]
    public async Task Nothing_stands_between_a_word_and_its_full_stop()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);
        await page.GetByRole(AriaRole.Button, new() { Name = "狗追猫。" }).ClickAsync();
        ILocator words = page.Locator("#translation button");
        await Expect(words).ToHaveTextAsync(["The", "dog", "chases", "the", "cat", "."]);
        double gap = await words.EvaluateAllAsync<double>("words => words.at(-1).getBoundingClientRect().left - words.at(-2).getBoundingClientRect().right");
        double space = await words.EvaluateAllAsync<double>("words => words[1].getBoundingClientRect().left - words[0].getBoundingClientRect().right");
        Assert.InRange(gap, -0.5, 0.5);
        Assert.True(space > 3);
        Assert.Equal("0px 0px", await words.Last.EvaluateAsync<string>("stop => `${getComputedStyle(stop).paddingLeft} ${getComputedStyle(stop).paddingRight}`"));
    }

    [Fact]
    public async Task The_translation_is_copied()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        ILocator copy = page.Locator("#copy");
        await Expect(copy).ToBeHiddenAsync();
        await page.GetByLabel("Chinese text").FillAsync("狗追猫。\n猫追狗。");
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        await copy.ClickAsync();
        await Expect(copy).ToHaveTextAsync("Copied");
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Copied.");
        Assert.Equal("The dog chases the cat.\nThe cat chases the dog.", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await Expect(copy).ToHaveTextAsync("Copy");
    }

    [Fact]
    public async Task Other_translations_are_shown_when_they_are_asked_for()
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service);
        await page.GetByRole(AriaRole.Button, new() { Name = "狗追猫。" }).ClickAsync();
        await page.GetByText("Other translations").ClickAsync();
        ILocator items = page.Locator("#alternatives li");
        await Expect(items).ToHaveCountAsync(4);
        await Expect(items.First).ToHaveTextAsync(new Regex("^The dog chases the cat. [0-9]+ %$"));
        await Expect(items.Nth(1)).ToHaveTextAsync(new Regex("^The (dog|cat) chases the (dog|cat). [0-9]+ %$"));

        // They belong to that text.
        await page.GetByRole(AriaRole.Button, new() { Name = "猫追狗。" }).ClickAsync();
        await Expect(items).ToHaveCountAsync(0);
        await Expect(page.Locator("#others")).Not.ToHaveAttributeAsync("open", "");
    }

    [Theory]
    [InlineData("狗追猫。🙂狗龘。", "The model does not know 🙂 (character 5), 龘 (character 7); there it guesses.")]
    [InlineData("龘靐🙂", "The model knows none of these characters: what it says has nothing to do with them. It translates Chinese.")]
    public async Task What_the_model_does_not_know_is_said(string text, string warning)
    {
        await using RunningService service = await RunningService.StartAsync();
        IPage page = await OpenAsync(service, "dark", 390);
        await page.GetByLabel("Chinese text").FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        await Expect(page.Locator("#unknown")).ToHaveTextAsync(warning);
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync(warning);
        await page.Locator("#translation button").Last.HoverAsync();
        await Expect(page.Locator("#source li.unknown")).ToHaveTextAsync(text.Contains('狗') ? ["🙂", "龘"] : ["龘靐🙂"]);
        await page.Locator("summary").ClickAsync();
        await Expect(page.Locator("#alternatives li").First).ToBeVisibleAsync();
        await ShootAsync(page, $"unknown-{text.Length}");
        await page.GetByRole(AriaRole.Button, new() { Name = "狗追猫。" }).ClickAsync();
        await Expect(page.Locator("#translation")).ToHaveTextAsync("The dog chases the cat.");
        await Expect(page.Locator("#unknown")).ToBeHiddenAsync();
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
        await using RunningService service = await RunningService.StartAsync(["Concurrency=1", "ClientRequests=1"], RunningService.DecodingWith(inner => new WatchedDecoder(inner, gate.Pass)));
        IPage page = await OpenAsync(service);
        ILocator text = page.GetByLabel("Chinese text");
        ILocator alert = page.GetByRole(AriaRole.Alert);
        await text.PressAsync("Enter");
        await Expect(alert).ToContainTextAsync("There is no text to translate.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Translate" }).ClickAsync();
        await Expect(alert).ToContainTextAsync("There is no text to translate.");
        await Expect(text).ToBeFocusedAsync();
        await text.FillAsync(string.Concat(Enumerable.Repeat(new string('狗', 128) + "\n", 9)));
        await text.PressAsync("Enter");
        await Expect(alert).ToContainTextAsync("This is too much for one request");
        await Expect(page.Locator("#count")).ToHaveTextAsync("1152 of at most 1024 characters");

        // Another request has the only place; the page waits, and tries again.
        Task<HttpResponseMessage> other = service.PostAsync("/translations", new { texts = new[] { "狗" } });
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

    private Task<IPage> OpenAsync(RunningService service, string look = "light", int width = 1280, int height = 800) => OpenAsync(service.Address, look, width, height);
}
