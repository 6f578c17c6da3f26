-- Products, stores and clerks: small tables that every later draw looks up. Prices are whole pence.
create table subcategories as
select row_number() over () - 1 as sub, * from (values
    ('Kitchen', 'Cookware', '厨具 > 锅具', 4200, 'Saucepan,Frying Pan,Casserole,Wok,Roasting Tin', '奶锅,煎锅,炖锅,炒锅,烤盘'),
    ('Kitchen', 'Knives', '厨具 > 刀具', 3200, 'Chef Knife,Bread Knife,Paring Knife,Knife Block,Sharpener', '主厨刀,面包刀,水果刀,刀架,磨刀器'),
    ('Kitchen', 'Bakeware', '厨具 > 烘焙', 1600, 'Cake Tin,Mixing Bowl,Rolling Pin,Muffin Tray,Whisk', '蛋糕模,搅拌碗,擀面杖,松饼盘,打蛋器'),
    ('Kitchen', 'Coffee and Tea', '厨具 > 咖啡与茶', 3600, 'Teapot,Moka Pot,Kettle,Grinder,Cafetiere', '茶壶,摩卡壶,水壶,研磨机,法压壶'),
    ('Dining', 'Tableware', '餐厅 > 餐具', 2400, 'Dinner Plate,Cereal Bowl,Serving Dish,Mug,Side Plate', '餐盘,碗,大盘,马克杯,小碟'),
    ('Dining', 'Glassware', '餐厅 > 玻璃器皿', 1900, 'Wine Glass,Tumbler,Carafe,Champagne Flute,Jug', '红酒杯,玻璃杯,醒酒器,香槟杯,冷水壶'),
    ('Dining', 'Cutlery', '餐厅 > 刀叉', 2800, 'Fork Set,Spoon Set,Steak Knives,Serving Set,Chopsticks', '叉子,勺子,牛排刀,分餐具,筷子'),
    ('Dining', 'Linen', '餐厅 > 桌布', 2100, 'Tablecloth,Napkins,Runner,Placemats,Tea Towel', '桌布,餐巾,桌旗,餐垫,茶巾'),
    ('Bedroom', 'Bedding', '卧室 > 床品', 5600, 'Duvet Cover,Fitted Sheet,Pillowcase,Throw,Quilt', '被套,床笠,枕套,毯子,被子'),
    ('Bedroom', 'Pillows', '卧室 > 枕头', 3300, 'Down Pillow,Memory Pillow,Cushion,Bolster,Travel Pillow', '羽绒枕,记忆枕,靠垫,抱枕,旅行枕'),
    ('Bedroom', 'Nightwear', '卧室 > 睡衣', 3900, 'Pyjamas,Dressing Gown,Slippers,Nightshirt,Eye Mask', '睡衣,浴袍,拖鞋,睡裙,眼罩'),
    ('Bedroom', 'Storage', '卧室 > 收纳', 4400, 'Blanket Box,Hangers,Drawer Tidy,Shoe Rack,Basket', '收纳箱,衣架,抽屉盒,鞋架,篮子'),
    ('Bathroom', 'Towels', '浴室 > 毛巾', 2300, 'Bath Towel,Hand Towel,Bath Sheet,Flannel,Bath Mat', '浴巾,毛巾,大浴巾,方巾,地垫'),
    ('Bathroom', 'Soap', '浴室 > 香皂', 900, 'Hand Soap,Body Wash,Bath Salts,Shampoo Bar,Hand Cream', '洗手液,沐浴露,浴盐,洗发皂,护手霜'),
    ('Bathroom', 'Mirrors', '浴室 > 镜子', 6100, 'Round Mirror,Shaving Mirror,Tall Mirror,Vanity Mirror,Cabinet', '圆镜,剃须镜,全身镜,化妆镜,镜柜'),
    ('Bathroom', 'Fittings', '浴室 > 配件', 2700, 'Soap Dish,Towel Rail,Toothbrush Holder,Hook Set,Caddy', '皂盒,毛巾架,牙刷架,挂钩,置物架'),
    ('Lighting', 'Lamps', '灯具 > 台灯', 6400, 'Table Lamp,Floor Lamp,Desk Lamp,Reading Lamp,Lantern', '台灯,落地灯,书桌灯,阅读灯,灯笼'),
    ('Lighting', 'Candles', '灯具 > 蜡烛', 1500, 'Scented Candle,Pillar Candle,Tealights,Candlestick,Diffuser', '香薰蜡烛,柱蜡,小蜡烛,烛台,香薰'),
    ('Lighting', 'Shades', '灯具 > 灯罩', 3100, 'Drum Shade,Pendant Shade,Paper Shade,Rattan Shade,Glass Shade', '鼓形灯罩,吊灯罩,纸灯罩,藤灯罩,玻璃灯罩'),
    ('Lighting', 'Bulbs', '灯具 > 灯泡', 800, 'LED Bulb,Filament Bulb,Smart Bulb,Globe Bulb,Spot Bulb', 'LED灯泡,复古灯泡,智能灯泡,球泡,射灯'),
    ('Garden', 'Tools', '花园 > 工具', 2600, 'Trowel,Secateurs,Spade,Rake,Watering Can', '铲子,修枝剪,铁锹,耙子,喷壶'),
    ('Garden', 'Pots', '花园 > 花盆', 2200, 'Terracotta Pot,Planter,Hanging Basket,Window Box,Saucer', '陶盆,花槽,吊篮,窗台盆,托盘'),
    ('Garden', 'Furniture', '花园 > 家具', 14900, 'Bench,Folding Chair,Side Table,Parasol,Hammock', '长椅,折叠椅,边桌,遮阳伞,吊床'),
    ('Garden', 'Birds', '花园 > 喂鸟', 1700, 'Bird Feeder,Nest Box,Bird Bath,Seed Mix,Fat Balls', '喂鸟器,鸟巢,鸟浴盆,鸟食,脂肪球'),
    ('Outdoors', 'Bags', '户外 > 包', 5900, 'Rucksack,Tote,Weekend Bag,Picnic Bag,Dry Bag', '背包,手提袋,旅行袋,野餐包,防水袋'),
    ('Outdoors', 'Flasks', '户外 > 保温杯', 2500, 'Flask,Water Bottle,Travel Mug,Lunch Box,Cool Bag', '保温壶,水瓶,随行杯,饭盒,保温袋'),
    ('Outdoors', 'Camp', '户外 > 露营', 8800, 'Tent,Sleeping Bag,Camp Stove,Head Torch,Camp Chair', '帐篷,睡袋,炉子,头灯,露营椅'),
    ('Outdoors', 'Rainwear', '户外 > 雨具', 6900, 'Raincoat,Umbrella,Wellingtons,Poncho,Rain Hat', '雨衣,雨伞,雨靴,斗篷,雨帽'),
    ('Gifts', 'Stationery', '礼品 > 文具', 1100, 'Notebook,Fountain Pen,Cards,Wrapping Paper,Diary', '笔记本,钢笔,贺卡,包装纸,日记本'),
    ('Gifts', 'Games', '礼品 > 游戏', 2000, 'Jigsaw,Chess Set,Card Game,Board Game,Kite', '拼图,国际象棋,纸牌,桌游,风筝'),
    ('Gifts', 'Hampers', '礼品 > 礼篮', 7200, 'Tea Hamper,Cheese Hamper,Pamper Box,Baby Box,Pet Box', '茶礼盒,奶酪礼盒,护理盒,宝宝盒,宠物盒'),
    ('Gifts', 'Toys', '礼品 > 玩具', 1800, 'Teddy,Wooden Train,Blocks,Puppet,Rag Doll', '泰迪熊,木火车,积木,木偶,布娃娃'))
    t(category, subcategory, path_zh, base_pence, nouns, nouns_zh);
create table products as
select p, 'LL-' || lpad(((p * 7 + 1009) % 9973)::varchar, 4, '0') as sku, p // 60 as cat, sub,
    pick(['Larch', 'Lantern', 'Highmoor'], rank / 3) || ' ' || noun as name,
    pick(['落叶松', '灯笼', '高沼'], rank / 3) || noun_zh as name_zh,
    category || ' > ' || subcategory as path, path_zh, pick(['Larch', 'Lantern', 'Highmoor'], rank / 3) as brand,
    -- 2.2 % of products never get a cost, so that margins have an unknown share.
    (base_pence * (0.55 + 0.9 * u(p, 'price')) * [0.7, 1.0, 1.6][rank + 1] / 100)::int * 100 + 99 as price, rank,
    if(p % 45 = 11, null, 0.38 + 0.22 * u(p, 'margin')) as cost_share, sub || '-' || (slot // 3) as ladder,
    if(u(p, 'new') < 0.12, day_of(upto(u(p, 'launch'), 600)), date '2022-03-01' + upto(u(p, 'launch'), 700)) as launched_on,
    if(u(p, 'gone') < 0.04, day_of(500 + upto(u(p, 'goes'), 220)), null) as discontinued_on
from (select p, p // 15 as sub, p % 15 as slot, p % 3 as rank from range(480) r(p)) join subcategories using (sub),
    lateral (select string_split(nouns, ',')[1 + slot // 3] as noun, string_split(nouns_zh, ',')[1 + slot // 3] as noun_zh)
order by p;
create table stores as
select s, place.region, 'S' || if(place.region = 'CN', '9', '1') || lpad(n::varchar, 3, '0') as store_ref, n,
    if(place.region = 'CN', cn.city, uk.city) as city, if(place.region = 'CN', cn.region, uk.region) as county,
    if(place.region = 'CN', cn.area, uk.area) as area, if(place.region = 'CN', 'Asia/Shanghai', 'Europe/London') as zone,
    place.region = 'UK' and n % 3 = 1 as crooked, date '2012-01-01' + upto(u(s, 'opened'), 4300) as opened_on
from (select s, if(s < $uk_stores, 'UK', 'CN') as region, if(s < $uk_stores, s, s - $uk_stores) as n
      from range($uk_stores + $cn_stores) r(s)) place
left join uk_cities uk on place.region = 'UK' and uk.c = n % 12 left join cn_cities cn on place.region = 'CN' and cn.c = n % 6
order by s;
-- Five clerks a store; each asks for the card with his own diligence. Clerk 2 of a crooked store has a relative's card.
create table clerks as
select s * 5 + c as clerk, s, c, region, if(region = 'CN', 'E8', 'E1') || lpad((s * 5 + c)::varchar, 4, '0') as employee_ref,
    0.55 + 0.75 * u(s * 5 + c, 'diligence') as diligence,
    if(crooked and c = 2, (s * 89 + 23) % $customers, null) as relative
from stores, range(5) r(c) order by clerk;
-- Months of trade: number, name, first day as an offset, length, season at home and in China, day the files are sent.
create table months as select * from (values $months) t(m, month, first, days, season, season_cn, sent);
